"""From a lake as many commits left it to one that is quick to read, and has nothing of long ago.

Each commit makes Parquet files; what is deleted or changed stays in those of before, for whoever reads at a
snapshot. DuckLake removes nothing by itself.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import duckdb

from freshdesk_assets.warehouse.destinations.destination import DestinationError
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError
from freshdesk_assets.warehouse.sql import ALIAS, identifier, literal

ORPHAN = timedelta(days=1)
"""How long a file without a commit is left: it may be of a transaction that is under way."""

MANY = 32
"""Of how many files a table is when a run merges the small ones. A ledger to which each sync adds a file per
table would have thousands by night, and each is some calls to the store for whoever reads it."""

SMALL = 1_048_576
"""Bytes below which a file is small: larger ones would be written again for each few that are added."""


def merge_small(warehouse: Warehouse, say: Callable[[str], None]) -> None:
    """Merge the small files of tables that have many, as a run does at its end; the night does the rest.

    What DuckLake cannot merge is said and left as it is.
    """
    lake = warehouse.destination
    if not isinstance(lake, Lake):
        return
    catalogue = f"__ducklake_metadata_{ALIAS}" + (f".{identifier(lake.schema)}" if lake.shared else "")
    many = (
        f"select s.schema_name, i.table_name from ducklake_table_info({_name()}) i"
        f" join {catalogue}.ducklake_schema s using (schema_id) where i.file_count >= {MANY}"
    )
    try:
        with warehouse.open(checkpoint=False) as connection:
            for schema, table in connection.execute(many).fetchall():
                connection.execute(
                    f"call ducklake_merge_adjacent_files({_name()}, {literal(table)},"
                    f" schema => {literal(schema)}, max_file_size => {SMALL})"
                )
    except (duckdb.Error, WarehouseError) as error:
        say(f"could not merge small files in {warehouse.name}: {str(error).partition(chr(10))[0]}")


def keep_lake(warehouse: Warehouse, keep: timedelta, say: Callable[[str], None]) -> None:
    """Merge small files, and remove snapshots older than `keep` with the files that only they need.

    A step that DuckLake cannot do is said and left out: the lake is as right without it.
    """
    before = datetime.now(UTC) - keep
    steps = {
        "remove old snapshots": f"call ducklake_expire_snapshots({_name()}, older_than => {_moment(before)})",
        "rewrite files with deleted rows": f"call ducklake_rewrite_data_files({_name()})",
        "merge small files": f"call ducklake_merge_adjacent_files({_name()})",
        "remove files that nothing needs": f"call ducklake_cleanup_old_files({_name()},"
        f" older_than => {_moment(datetime.now(UTC) - ORPHAN)})",
        "remove files of commits that never were": f"call ducklake_delete_orphaned_files({_name()},"
        f" older_than => {_moment(datetime.now(UTC) - ORPHAN)})",
    }
    for what, statement in steps.items():
        try:
            _do(warehouse, statement)
        except (duckdb.Error, WarehouseError) as error:
            say(f"could not {what} in {warehouse.name}: {str(error).partition(chr(10))[0]}")


def purge_lake(warehouse: Warehouse) -> None:
    """Remove all that was deleted or changed, for good: who reads at an earlier snapshot has it no longer.

    Raises WarehouseError or duckdb.Error; run again, it goes on.
    """
    now = _moment(datetime.now(UTC) + timedelta(days=1))
    _do(warehouse, f"call ducklake_rewrite_data_files({_name()}, delete_threshold => 0)")
    _do(warehouse, f"call ducklake_expire_snapshots({_name()}, older_than => {now})")
    _do(warehouse, f"call ducklake_cleanup_old_files({_name()}, cleanup_all => true)")
    # The engine knows the values of before: its next commit would write them again.
    with warehouse.open(ending=True):
        pass
    if isinstance(warehouse.destination, Lake):
        try:
            warehouse.destination.erase()
        except DestinationError as error:
            raise WarehouseError(str(error)) from None


def _do(warehouse: Warehouse, statement: str) -> None:
    with warehouse.open(checkpoint=False) as connection:
        connection.execute(statement)


def _name() -> str:
    return literal(ALIAS)


def _moment(moment: datetime) -> str:
    return f"timestamptz {literal(moment.isoformat())}"
