"""From a lake to a connection that only reads it, at one moment, and tells none of its secrets."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from freshdesk_assets.warehouse.asking import QueryError, spill_to
from freshdesk_assets.warehouse.destinations.destination import DestinationError
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.ending import ending
from freshdesk_assets.warehouse.file import Connection, WarehouseAway, WarehouseError
from freshdesk_assets.warehouse.sql import ALIAS, literal, scalar


@contextmanager
def reading_lake(
    lake: Lake, writes_to: Path | None = None, memory_limit: str | None = None
) -> Iterator[Connection]:
    """A connection in UTC that can only read this lake, at one snapshot; raises WarehouseError.

    `writes_to` is a folder that files may be written to; what memory does not hold goes there too.
    """
    with ending(duckdb.connect()) as connection:
        try:
            connection.execute("set timezone = 'UTC'")
            lake.prepare(connection)
            _attach_moment(connection, lake)
            # What else is on the disk or in the store is closed to queries.
            folders = [lake.data_path + "/"]
            if writes_to is not None:
                folders.append(spill_to(connection, writes_to, memory_limit))
            connection.execute(f"set allowed_directories = [{', '.join(map(literal, folders))}]")
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
        except DestinationError as error:
            raise WarehouseError(str(error)) from None
        except duckdb.Error as error:
            raise WarehouseError(lake.unread(error) or lake.unopened(error)) from None
        with hushed(lake):
            yield connection


def _attach_moment(connection: Connection, lake: Lake) -> None:
    """Open the lake as it is now: all that is asked is of one moment.

    A transaction would be too, but a query that fails in it ends all that follow.
    """
    connection.execute(lake.reading("now"))
    snapshot = scalar(connection, "select id from now.current_snapshot()")
    connection.execute(lake.reading(ALIAS, int(snapshot)))
    connection.execute(f"use {ALIAS}")
    connection.execute("detach now")


@contextmanager
def hushed(*lakes: Lake) -> Iterator[None]:
    """Say what is wrong with a lake that is read in the block, and no secret of it.

    DuckDB repeats the address of a catalogue that has gone. Raises WarehouseError or QueryError.
    """
    try:
        yield
    except (duckdb.Error, QueryError, WarehouseError) as error:
        of_duckdb: BaseException | None = error
        while of_duckdb is not None and not isinstance(of_duckdb, duckdb.Error):
            # What may quote a value has no cause, for Dagster would store that too.
            of_duckdb = of_duckdb.__cause__ or of_duckdb.__context__
        if of_duckdb is not None:
            for lake in lakes:
                if lake.away(of_duckdb):
                    raise WarehouseAway(lake.unread(of_duckdb) or lake.unopened(of_duckdb)) from None
                # The words of other errors may be those of the query.
                if isinstance(of_duckdb, duckdb.IOException) and not isinstance(error, WarehouseError):
                    raise WarehouseError(lake.unread(of_duckdb) or lake.unopened(of_duckdb)) from None
        said = str(error)
        for lake in lakes:
            said = lake.hidden(said)
        if isinstance(error, duckdb.Error):
            raise WarehouseError(said) from None
        if said != str(error):
            raise type(error)(said) from None
        raise
