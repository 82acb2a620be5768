"""From SQL files to assets: one operation per schema creates its views and says which it created anew."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import ONE_RUN, one_run_for_all
from freshdesk_assets.orchestration.assets.metadata import fenced, view_description, view_metadata
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import REPORT_EVERY, data_version, follows
from freshdesk_assets.orchestration.names import (
    DATA_VERSION,
    DERIVED,
    FILE_KIND,
    TABLE_KIND,
    UP_TO_DATE,
    VIEW_KIND,
)
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import as_of_each, as_of_metadata
from freshdesk_assets.orchestration.run_tags import reading_of
from freshdesk_assets.replication.scope import Reading
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.schema.view import SqlView, Traced
from freshdesk_assets.warehouse.derived.as_of import as_of, record_made_of, tables_of
from freshdesk_assets.warehouse.derived.rules import record_rules
from freshdesk_assets.warehouse.derived.views import ViewRefused, drop_undeclared, ensure_views


def schema_key(schema: str) -> dg.AssetKey:
    """The asset for all views of a schema. Downstream assets depend on this key, not on single views.

    An unchanged view is not materialized, and Dagster skips whatever depends on an output that was not.
    """
    return dg.AssetKey(["views", schema])


def build_views(
    views: Sequence[SqlView],
    found: Mapping[tuple[str, str], Mapping[str, Traced]],
    catalog: Catalog,
    rules: Rules,
    names: Names = ALONE,
) -> list[dg.AssetsDefinition]:
    """An asset for every view, those of a schema in one operation; `found` has their columns, traced."""
    keys = {(view.schema, view.name.lower()): view.id for view in views}

    def spec(view: SqlView) -> dg.AssetSpec:
        # What has been read, in freshdesk_meta, is no asset.
        reads = {
            keys.get((schema, name.lower()), (schema, name)) for schema, name in view.reads if schema != META
        }
        children = {(SCHEMA, child) for child in view.children}
        return _spec(
            names.asset(view.name, view.schema),
            [names.asset(name, schema) for schema, name in sorted(reads | children)],
            view.schema,
            view_description(view),
            TABLE_KIND if view.kept else VIEW_KIND,
            metadata=view_metadata(view, found[view.id], catalog),
            skippable=True,
        )

    def all_of(schema: str, specs: Sequence[dg.AssetSpec]) -> dg.AssetSpec:
        said = (
            f"All views of schema {schema}, as one asset for others to depend on. Materialized when each view"
            " is created, replaced or found unchanged; it then says what each is as of.\n\nWhat each is as of"
            " at any other time is in the file:\n\n"
            + fenced(
                "select as_of.name, as_of.as_of, as_of.oldest_table\nfrom freshdesk_meta.as_of\n"
                f"where as_of.schema_name = '{schema}'\norder by as_of.as_of;"
            )
        )
        return _spec(names.key(schema_key(schema)), [each.key for each in specs], schema, said)

    by_schema = groupby(sorted(views, key=lambda view: view.schema), key=lambda view: view.schema)
    made = {schema: [spec(view) for view in of] for schema, of in by_schema}
    with one_run_for_all():
        return [
            _assets(schema, [*specs, all_of(schema, specs)], views, catalog, rules, names)
            for schema, specs in made.items()
        ]


def _spec(
    key: dg.AssetKey,
    deps: Sequence[dg.AssetKey],
    schema: str,
    doc: str,
    kind: str = VIEW_KIND,
    **options: Any,
) -> dg.AssetSpec:
    return dg.AssetSpec(
        key,
        deps=deps,
        description=doc,
        group_name=schema,
        kinds={FILE_KIND, kind, schema},
        tags={DERIVED: "view"},
        **options,
    )


def _assets(
    schema: str,
    specs: Sequence[dg.AssetSpec],
    views: Sequence[SqlView],
    catalog: Catalog,
    rules: Rules,
    names: Names,
) -> dg.AssetsDefinition:
    made = [
        (view.id, view.doc, view.sql, view.columns, view.family, view.kept, *filter(None, [view.kinds]))
        for view in views
    ]
    tables = tables_of(catalog, views)
    shown = {name for view in views if view.schema == schema for name in tables[view.id]}

    @dg.multi_asset(
        name=names.name(f"{schema}_views"),
        specs=list(map(names.stored, specs)),
        can_subset=True,
        pool=names.pool,
        op_tags=follows(*made, rules),
        backfill_policy=ONE_RUN,
    )
    @names.bound
    def create(context: dg.AssetExecutionContext, duckdb: DuckDBFile) -> Iterator[dg.MaterializeResult[None]]:
        selected = {(key.path[-2], key.path[-1]) for key in context.selected_asset_keys}
        refused: dict[tuple[str, str], ViewRefused] = {}
        wanted = _with_upstream(views, selected)
        while True:
            left = [view for view in wanted if view.id not in refused]
            try:
                with as_dagster_errors(), duckdb.warehouse(context.log.info).open() as connection:
                    for gone in drop_undeclared(connection, views):
                        context.log.info(f"dropped {'.'.join(gone)}: its SQL file is gone")
                    record_rules(connection, rules)
                    created = ensure_views(connection, left, catalog)
                    record_made_of(connection, tables)
                    moments = as_of(connection)
                    version = data_version(connection, shown)
                break
            except dg.Failure as failure:
                # One view that cannot be made leaves the others theirs: DuckDB has undone them all.
                if not isinstance(cause := failure.__cause__, ViewRefused):
                    raise
                refused[cause.id] = cause
        # A view that another operation reads is always reported: Dagster would skip that operation otherwise.
        quiet = _reported(context) - _read_elsewhere(views, names)
        changed_only = reading_of(context.run.tags) not in (Reading.AGAIN, Reading.WHOLE)
        for id_, anew in created.items():
            key = names.asset(id_[1], id_[0])
            if id_ in selected and (anew or not changed_only or key not in quiet):
                metadata = {"created_anew": anew, **as_of_metadata(moments.get(id_))}
                yield dg.MaterializeResult(asset_key=key, metadata=metadata, data_version=UP_TO_DATE)
        of_all = names.key(schema_key(schema))
        if of_all in context.selected_asset_keys and not refused:
            oldest = min((moments[id_] for id_ in created if id_ in moments), default=None)
            yield dg.MaterializeResult(
                asset_key=of_all,
                metadata={
                    "views_created_anew": sum(created.values()),
                    **as_of_metadata(oldest),
                    "as_of_each": as_of_each({id_[1]: moments.get(id_) for id_ in created}),
                },
                data_version=version,
            )
        if refused:
            raise dg.Failure("; ".join(map(str, refused.values())), allow_retries=False)

    return create


def _with_upstream(views: Sequence[SqlView], selected: set[tuple[str, str]]) -> list[SqlView]:
    """The selected views and those they read, in order."""
    wanted = {(schema, name.lower()) for schema, name in selected}
    for view in reversed(views):
        if (view.schema, view.name.lower()) in wanted:
            wanted |= {(schema, name.lower()) for schema, name in view.reads}
    return [view for view in views if (view.schema, view.name.lower()) in wanted]


def _read_elsewhere(views: Sequence[SqlView], names: Names) -> set[dg.AssetKey]:
    """The views that a view of another schema reads."""
    read = {(schema, name.lower()) for view in views for schema, name in view.reads if schema != view.schema}
    return {names.asset(view.name, view.schema) for view in views if (view.schema, view.name.lower()) in read}


def _reported(context: dg.AssetExecutionContext) -> set[dg.AssetKey]:
    """The assets that were reported lately; the others are reported now, unchanged or not."""
    since = datetime.now(UTC) - REPORT_EVERY
    records = context.instance.get_asset_records(sorted(context.selected_asset_keys))
    return {
        record.asset_entry.asset_key
        for record in records
        if (last := record.asset_entry.last_materialization_record) is not None
        and datetime.fromtimestamp(last.timestamp, UTC) > since
        and (made := last.asset_materialization) is not None
        # An earlier version of this project gave each report a version of its own.
        and (made.tags or {}).get(DATA_VERSION) == UP_TO_DATE.value
    }
