"""From declared references to one asset that counts them, and one check for each that warns of orphans."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import derived
from freshdesk_assets.orchestration.assets.metadata import columns_schema, link
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import data_version, follows
from freshdesk_assets.orchestration.names import AWAITED, FILE_KIND, TABLE_KIND, asset_key
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.warehouse.derived.references import (
    COLUMNS,
    DOC,
    FOREIGN_KEYS,
    RELATIONS,
    Counted,
    Reference,
    awaited,
    count_references,
    orphan_counts,
    references,
    said_of_orphans,
    store_references,
)

KEY = asset_key(FOREIGN_KEYS, RELATIONS)


def build_references(catalog: Catalog, names: Names = ALONE) -> dg.AssetsDefinition:
    """The asset that counts every reference and its orphans."""

    @derived(
        KEY,
        [asset_key(declared.name) for declared in catalog.everything],
        "table",
        group=RELATIONS,
        kinds={TABLE_KIND, RELATIONS},
        names=names,
        doc=_catalog_of(catalog),
        made_of=[DOC, COLUMNS, [each.place for each in references(catalog)]],
        metadata={
            "dagster/column_schema": columns_schema(COLUMNS),
            "dagster/table_name": f"{RELATIONS}.{FOREIGN_KEYS}",
            "dagster/storage_kind": FILE_KIND,
        },
    )
    def count(context: dg.AssetExecutionContext, duckdb: DuckDBFile) -> dg.MaterializeResult[None]:
        with as_dagster_errors(), duckdb.warehouse(context.log.info).open() as connection:
            rows = store_references(connection, catalog)
            version = data_version(connection, [each.name for each in catalog])
            counts = orphan_counts(connection)
        metadata = {"dagster/row_count": rows, **_counted(counts)}
        return dg.MaterializeResult(metadata=metadata, data_version=version)

    return count


def build_reference_checks(catalog: Catalog, names: Names = ALONE) -> dg.AssetChecksDefinition:
    """A check per reference, on the table that refers."""
    named = {(names.asset(each.table.name), _check(each)): each for each in references(catalog)}
    specs = [
        dg.AssetCheckSpec(
            name, asset=key, description=_description(each), additional_deps=_others(each, names)
        )
        for (key, name), each in named.items()
    ]

    looked_at = [(key, name, _others(each, names)) for (key, name), each in named.items()]

    @dg.multi_asset_check(
        name=names.name("references"), specs=specs, can_subset=True, op_tags=follows(looked_at)
    )
    @names.bound
    def check(context: dg.AssetCheckExecutionContext, duckdb: DuckDBFile) -> Iterator[dg.AssetCheckResult]:
        with as_dagster_errors(), duckdb.warehouse(context.log.info).open() as connection:
            chosen = [named[key.asset_key, key.name] for key in context.selected_asset_check_keys]
            counted = count_references(connection, catalog, chosen)
            waits = {each.place: awaited(connection, catalog, each) for each in chosen}
        for key in sorted(context.selected_asset_check_keys):
            place = named[key.asset_key, key.name].place
            found, tables = counted[place], waits[place]
            metadata: dict[str, dg.MetadataValue[Any] | int] = {
                "references": found.references,
                "orphans": found.orphans,
                "examples": dg.MetadataValue.json(list(found.examples)),
            }
            if found.orphans and tables:
                metadata[AWAITED] = dg.MetadataValue.json(list(tables))
            yield dg.AssetCheckResult(
                asset_key=key.asset_key,
                check_name=key.name,
                passed=found.orphans == 0 or bool(tables),
                severity=dg.AssetCheckSeverity.WARN,
                description=said_of_orphans(found, tables) or None,
                metadata=metadata,
            )

    return check


def _catalog_of(catalog: Catalog) -> str:
    """What the table is, and every reference it counts, as Markdown."""
    rows = [
        f"| {link(each.table.name)} | `{each.column.name}` |"
        f" {' or '.join(f'{link(table)}.{name}' for table, name in each.column.targets)} |"
        for each in references(catalog)
    ]
    return "\n".join(
        [
            DOC,
            "",
            "The same as diagrams: `docs/diagrams.md` in the repository.",
            "",
            "| table | column | refers to |",
            "| --- | --- | --- |",
            *rows,
        ]
    )


def _counted(counts: Sequence[Counted]) -> dict[str, dg.MarkdownMetadataValue | int]:
    """Every reference with its counts, those with orphans first, as a table in Markdown."""
    rows = [
        f"| {each.from_table}.{each.from_column} | {each.to_table}.{each.to_column} | {each.references} |"
        f" {each.orphans} |"
        for each in counts
    ]
    head = ["| from | to | references | orphans |", "| --- | --- | ---: | ---: |"]
    return {
        "references": dg.MetadataValue.md("\n".join([*head, *rows])),
        "orphans": sum(each.orphans for each in counts),
    }


def _others(reference: Reference, names: Names) -> list[dg.AssetKey]:
    """The tables that must be read first, without the referring one."""
    others = {table for table, _ in reference.column.targets} - {reference.table.name}
    return [names.asset(name) for name in sorted(others)]


def _check(reference: Reference) -> str:
    return f"orphans_{reference.column.name}"


def _description(reference: Reference) -> str:
    targets = " or ".join(".".join(target) for target in reference.column.targets)
    return (
        f"Every {reference.column.name} is in {targets}. Rows that Freshdesk no longer has are not counted,"
        " nor are rows from before the time since which that table is replicated. As long as a table is not"
        " read to its end, it may still bring rows, and nothing is amiss."
    )
