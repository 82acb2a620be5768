"""From a connection that is done with to none, whatever it was in the midst of."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb


def end(connection: duckdb.DuckDBPyConnection) -> None:
    """Roll back what was not committed, and close the connection.

    Closing alone rolls back too. But if the catalogue of a lake has gone meanwhile, DuckDB 1.5.5 throws then
    where nothing can catch it, and the process is aborted without a word.
    """
    with suppress(duckdb.Error):
        connection.execute("rollback")
    connection.close()


@contextmanager
def ending(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection, until the block ends."""
    try:
        yield connection
    finally:
        end(connection)
