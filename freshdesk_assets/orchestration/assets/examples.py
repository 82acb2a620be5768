"""From example queries to the description of the table or view that they are about."""

from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from freshdesk_assets.orchestration.assets.metadata import ITS_SQL, fenced
from freshdesk_assets.schema.query import Query
from freshdesk_assets.warehouse.frames import select_statement

STORED_AS = "dagster/table_name"
"""Metadata of assets that are a table or view of the file."""


def with_examples(
    assets: Iterable[dg.AssetsDefinition], queries: Mapping[tuple[str, str], Sequence[Query]]
) -> list[dg.AssetsDefinition]:
    """The assets with queries to paste in their descriptions; a table without any is shown its first rows."""

    def complete(spec: dg.AssetSpec) -> dg.AssetSpec:
        if STORED_AS not in spec.metadata:
            return spec
        schema, name = spec.key.path[-2:]
        said = _asked(queries.get((schema, name), ())) or [fenced(first_rows(schema, name))]
        # A view's SQL is long, and of less use than the queries.
        about, mark, sql = (spec.description or "").partition(f"\n\n{ITS_SQL}")
        return spec.replace_attributes(
            description="\n\n".join([about, "To ask, of the copy for analysts:", *said]) + mark + sql
        )

    return [each.map_asset_specs(complete) for each in assets]


def first_rows(schema: str, name: str) -> str:
    """A query that shows what a table or view looks like."""
    return f"{select_statement(schema, name)}\nlimit 10;"


def _asked(queries: Sequence[Query]) -> list[str]:
    return [
        part
        for query in queries
        for part in (f"{query.question} {query.nothing}".strip(), fenced(f"{query.sql};"))
    ]
