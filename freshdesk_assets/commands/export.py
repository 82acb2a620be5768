"""From what is stored to a folder of Parquet files, with what the declarations say of them."""

import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from freshdesk_assets.commands.asked import asked, file_to_read, lake_of
from freshdesk_assets.schema.catalog import Catalog, cells, key_of
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import SCHEMA
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import Settings
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views, traced
from freshdesk_assets.warehouse.derived.references import COLUMNS, FOREIGN_KEYS, RELATIONS
from freshdesk_assets.warehouse.derived.views import readable
from freshdesk_assets.warehouse.exporting.folder import opened_folder
from freshdesk_assets.warehouse.exporting.tables import About, Place, exported_tables
from freshdesk_assets.warehouse.exporting.writing import Counts, export
from freshdesk_assets.warehouse.file import WarehouseError


def export_folder(
    settings: Settings,
    folder: str,
    *,
    schemas: Sequence[str],
    names: Sequence[str],
    by: str,
    since: datetime | None,
    whole: bool,
) -> int:
    """Make the folder hold what is chosen; 1 if it cannot, and then it holds what it held."""
    began = time.monotonic()
    if "://" in folder:
        sys.stderr.write(
            f"{folder} is no folder: export to one, and copy it there (docs/export.md has the commands)\n"
        )
        return 2
    path = Path(folder).absolute()
    try:
        lake = lake_of(settings)
        source = lake.name if lake else file_to_read(settings).name
        if settings.encryption_key is not None:
            sys.stderr.write(f"{source} is encrypted; the files of the export are not\n")
        with opened_folder(path, settings.file_mode) as target, asked(settings, target.aside) as connection:
            tables = exported_tables(connection, declared(), schemas=schemas, names=names, by=by)
            counts = export(connection, tables, target, by=by, since=since, whole=whole, source=source)
    except WarehouseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{_said(counts, path)} It took {time.monotonic() - began:.1f} seconds.\n")
    return 0


def _said(counts: Counts, path: Path) -> str:
    return (
        f"{path} has {counts.tables:,} tables and views, {counts.rows:,} rows. {counts.written:,} files were"
        f" written ({counts.bytes_written / 1e6:,.1f} MB), {counts.unchanged:,} did not change,"
        f" {counts.removed:,} were removed."
    )


def declared() -> dict[Place, About]:
    """What declarations say of each table, child table, history and view."""
    catalog = declared_tables()
    found = {(SCHEMA, each.name): _about(each) for each in catalog.everything}
    found[RELATIONS, FOREIGN_KEYS] = About(key=tuple(column.name for column in COLUMNS[:4]))
    return found | _about_views(catalog)


def _about(each: Table | Child | History) -> About:
    match each:
        case Table(window=window):
            # Of a table that is always read whole, the time of the read says nothing of its rows.
            time = "" if window == "_synced_at" else window
        case History():
            time = "valid_from"
        case Child():
            time = ""
    return About(
        key=key_of(each),
        time=time,
        references={column.name: column.references for column in each.stored if column.references},
        personal=frozenset(column.name for column in each.stored if column.pii),
    )


def _about_views(catalog: Catalog) -> dict[Place, About]:
    views = declared_views()
    private = {
        (SCHEMA, each.name, column.name)
        for each in catalog.everything
        for column in cells(each)
        if column.pii
    }
    found = traced(views, readable(catalog))
    return {
        view.id: About(
            references={column.name: column.references for column in view.columns if column.references},
            personal=frozenset(
                column.name for column in view.columns if found[view.id][column.name].sources & private
            ),
        )
        for view in views
    }
