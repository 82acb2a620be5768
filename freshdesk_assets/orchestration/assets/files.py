"""The files of attachments as an asset: fetched at once after the rows that bring their links."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from freshdesk_assets.extract.http.downloads import Downloads
from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import derived
from freshdesk_assets.orchestration.assets.metadata import columns_schema
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import follows, forget_copy
from freshdesk_assets.orchestration.names import FETCHED, FILE_KIND, FILES, TABLE_KIND, UP_TO_DATE, asset_key
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.replication.attachments import WORKERS, fetch_files
from freshdesk_assets.replication.file_store import FileStore
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.warehouse.ledger.attachment_files import Standing, standing
from freshdesk_assets.warehouse.ledger.tables import LEDGER

MEGABYTE = 1_000_000


def tables_of_files(catalog: Catalog) -> tuple[Child, ...]:
    """The child tables that have links to files."""
    return tuple(child for child in catalog.children if child.files)


def build_files(
    catalog: Catalog, folder: Path | None, most_megabytes: int, names: Names = ALONE
) -> tuple[list[dg.AssetsDefinition], list[dg.AssetChecksDefinition]]:
    """The asset that fetches files, and its check; none without a folder, or where no table has files."""
    children = tables_of_files(catalog)
    if folder is None or not children:
        return [], []
    return [_asset(children, folder, most_megabytes * MEGABYTE, names)], [_check(children, names)]


def _asset(children: Sequence[Child], folder: Path, most: int, names: Names) -> dg.AssetsDefinition:
    doc, columns = LEDGER[FILES.path[-1]]
    named = ", ".join(child.name for child in children)

    @derived(
        FILES,
        [asset_key(child.name) for child in children],
        "files",
        group="files",
        doc=f"{doc}\n\nOf {named}. A link lives for hours: files are fetched by the run that brings it."
        " Their store takes no credits and gets no key. FRESHDESK_FILES names the folder. docs/files.md says"
        " how to find a file, and what becomes of those that could not be fetched.",
        made_of=[[(child.name, child.files) for child in children], str(folder), most],
        kinds={TABLE_KIND},
        names=names,
        metadata={
            "dagster/column_schema": columns_schema(columns),
            "dagster/table_name": ".".join(FILES.path),
            "dagster/storage_kind": FILE_KIND,
        },
    )
    def attachment_files(context: dg.AssetExecutionContext, duckdb: DuckDBFile) -> dg.MaterializeResult[None]:
        with as_dagster_errors():
            warehouse = duckdb.warehouse(context.log.info)
            with Downloads(most=most, workers=WORKERS) as downloads:
                done = fetch_files(
                    warehouse, children, FileStore(folder, duckdb.file_mode), downloads, most=most
                )
            with warehouse.open(checkpoint=False) as connection:
                if done.files or done.failed:
                    forget_copy(connection)
                stands = standing(connection, children)
        if done.failed:
            context.log.warning(f"files that could not be fetched: {said_of(done.failed)}")
        return dg.MaterializeResult(
            metadata={
                "folder": dg.MetadataValue.path(str(folder.resolve())),
                "files_fetched": done.files,
                "bytes_fetched": done.bytes,
                "files_failed": sum(done.failed.values()),
                **({"failed_by_reason": said_of(done.failed)} if done.failed else {}),
                "files_in_all": stands.fetched,
                "bytes_in_all": stands.bytes,
                "dagster/row_count": stands.fetched + sum(stands.failed.values()),
            },
            # Fetched later than its rows, a file must not make the copy look stale.
            data_version=UP_TO_DATE,
        )

    return attachment_files


def _check(children: Sequence[Child], names: Names) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=names.key(FILES),
        name=FETCHED,
        op_tags=follows(FETCHED, [child.name for child in children]),
        description="Every attachment that Freshdesk has told of is fetched, as large as Freshdesk says.",
    )
    @names.bound
    def check(context: dg.AssetCheckExecutionContext, duckdb: DuckDBFile) -> dg.AssetCheckResult:
        with as_dagster_errors(), duckdb.warehouse(context.log.info).open() as connection:
            found = standing(connection, children)
        return dg.AssetCheckResult(
            passed=not (found.failed or found.changed or found.linkless),
            severity=dg.AssetCheckSeverity.WARN,
            description=described(found),
            metadata={
                "fetched": found.fetched,
                "bytes": found.bytes,
                "not_fetched": sum(found.failed.values()),
                "of_another_size": found.changed,
                "without_link": found.linkless,
            },
        )

    return check


def described(found: Standing) -> str:
    """What is amiss, in a sentence; by reason, never by name or link."""
    amiss = [
        f"{found.changed:,} files have another size than Freshdesk says" if found.changed else "",
        f"{found.linkless:,} attachments came without a link" if found.linkless else "",
    ]
    if found.failed:
        amiss.insert(0, f"{sum(found.failed.values()):,} are not fetched: {said_of(found.failed)}")
    return "; ".join(filter(None, amiss)) or f"all {found.fetched:,} files are fetched"


def said_of(failed: dict[str, int]) -> str:
    """How many files failed by each reason."""
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(failed.items()))
