"""From views with a row per day to charts: each day's numbers are metadata of a partition.

Dagster draws metadata over the partitions of an asset. A chart is an asset that no run makes, with a
partition per day. One operation tells Dagster the days whose numbers changed, so that a run without news
tells nothing.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import derived
from freshdesk_assets.orchestration.assets.views import schema_key
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.names import CHARTS, DERIVED, METRICS, UP_TO_DATE
from freshdesk_assets.orchestration.partitions import days_since
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.warehouse.derived.daily import CREDITS, Numbers, numbers_by_day

DAYS = 60
"""So many days back are charted. A day costs Dagster 1.3 kB, and a change of it as much again."""

SUFFIX = "_daily"
GRAIN = "One row per day, with "
"""A view of such a name, whose description begins so, is charted: its first column is `day`, the others are
numbers."""


def charted(views: Sequence[SqlView]) -> list[SqlView]:
    """The views that have a row per day."""
    return [view for view in views if view.name.endswith(SUFFIX) and view.doc.startswith(GRAIN)]


def build_metrics(
    views: Sequence[SqlView], since: datetime, names: Names = ALONE
) -> list[dg.AssetsDefinition]:
    """An asset per charted view, and the one whose operation tells their days; none without such a view."""
    shown = charted(views)
    if not shown:
        return []
    return [
        _telling(shown, since, names),
        *(dg.AssetsDefinition(specs=[_chart(view, since, names)]) for view in shown),
    ]


def chart_key(view: SqlView, names: Names = ALONE) -> dg.AssetKey:
    """The asset that is the view's chart."""
    return names.asset(view.name, METRICS)


def _chart(view: SqlView, since: datetime, names: Names) -> dg.AssetSpec:
    charts = {column.name: column.doc for column in view.columns[1:]}
    charts[CREDITS] = "API credits spent on that day, for all purposes."
    columns = "\n".join(f"| `{name}` | {doc} |" for name, doc in charts.items())
    return dg.AssetSpec(
        # Downstream of nothing: Dagster refuses a selection such as `key:"freshdesk/tickets"+` that holds an
        # asset which no run makes.
        chart_key(view, names),
        description=f"Charts by day: under Overview, Metadata, choose Plots. {view.doc}"
        f"\n\nThe last {DAYS} days, each told again when its numbers change. No run makes this asset: it is"
        " told what it shows. Queries find the same numbers in"
        f" [{view.schema}.{view.name}](/assets/{view.schema}/{view.name}).\n\n"
        f"| chart | |\n| --- | --- |\n{columns}",
        group_name=METRICS,
        kinds={METRICS},
        tags={DERIVED: "chart"},
        partitions_def=days_since(since),
    )


def _telling(views: Sequence[SqlView], since: datetime, names: Names) -> dg.AssetsDefinition:
    @derived(
        CHARTS,
        [schema_key(schema) for schema in sorted({view.schema for view in views})],
        "charts",
        group=METRICS,
        doc="Tells Dagster the numbers of each day that changed: the other assets of this group chart them.",
        made_of=[(view.id, view.sql) for view in views],
        kinds={METRICS},
        names=names,
    )
    def tell(context: dg.AssetExecutionContext, duckdb: DuckDBFile) -> dg.MaterializeResult[None]:
        first = max(since, datetime.now(UTC) - timedelta(days=DAYS)).date()
        with as_dagster_errors(), duckdb.warehouse(context.log.info).open(checkpoint=False) as connection:
            found = {
                chart_key(view, names): numbers_by_day(
                    connection, view.id, [column.name for column in view.columns[1:]], first
                )
                for view in views
            }
        told = 0
        for key, days in found.items():
            for event in _news(context.instance, key, days):
                context.log_event(event)
                told += 1
        return dg.MaterializeResult(metadata={"days_told": told}, data_version=UP_TO_DATE)

    return tell


def _news(
    instance: dg.DagsterInstance, key: dg.AssetKey, days: dict[date, Numbers]
) -> Iterator[dg.AssetMaterialization]:
    """The days whose numbers are not those that Dagster was last told."""
    known = _told(instance, key, {str(day) for day in days})
    for day, numbers in days.items():
        if known.get(str(day)) != numbers:
            yield dg.AssetMaterialization(key, partition=str(day), metadata=numbers)


def _told(instance: dg.DagsterInstance, key: dg.AssetKey, days: set[str]) -> dict[str, Numbers]:
    """What Dagster was last told of these days."""
    latest = instance.get_latest_storage_id_by_partition(key, dg.DagsterEventType.ASSET_MATERIALIZATION, days)
    if not latest:
        return {}
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=key, storage_ids=list(latest.values())), limit=len(latest)
    ).records
    return {
        made.partition: {
            name: value.value
            for name, value in made.metadata.items()
            if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue) and value.value is not None
        }
        for record in records
        if (made := record.asset_materialization) is not None and made.partition is not None
    }
