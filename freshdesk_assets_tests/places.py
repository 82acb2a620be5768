"""From the name of a destination to a place for a test's replica: a file, or a lake on a real Postgres.

`FRESHDESK_TEST_DESTINATION` says where the tests of `warehouse/`, and those of the unattended month, store
theirs: `file` if not set, `postgres` or `sqlite`. A lake needs DuckDB 1.5.5, for which alone DuckLake is
packaged (docs/engineering.md, 8).
"""

import atexit
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from freshdesk_assets.warehouse.destinations.destination import Destination
from freshdesk_assets.warehouse.destinations.ducklake import VERSION, Lake

DESTINATION = os.environ.get("FRESHDESK_TEST_DESTINATION", "file")

PASSWORD = "Pässword-of-Postgres-77"
"""In the address of every catalogue; the server trusts whoever asks, so that it may be any."""

NO_LAKE = f"DuckLake is packaged for DuckDB {VERSION} alone, and this is {duckdb.__version__}"

NO_POSTGRES = "no Postgres for this platform comes from a package"

SERVER = "FRESHDESK_TEST_POSTGRES"
"""The socket's folder of the server of this process, for the processes that it starts."""

VIEW_COLUMNS = (
    "duckdb_columns()"
    if DESTINATION == "file"
    else "(select *, view_name as table_name from freshdesk_meta.view_comments)"
)
"""What SQL finds the comments on the columns of views in, of a replica that `place` places by default."""

Place: TypeAlias = Path | Destination


def why_no_lake(catalogue: str) -> str | None:
    """Why there can be no such lake here."""
    if duckdb.__version__ != VERSION or find_spec("duckdb_extension_ducklake") is None:
        return NO_LAKE
    return NO_POSTGRES if catalogue == "postgres" and find_spec("pgserver") is None else None


def place(file: Path, destination: str = DESTINATION) -> Place:
    """Where a test that would store its replica in this file does so: the same for the same path."""
    data = str(file.with_name(f"{file.name}.files"))
    if destination == "file":
        return file
    if destination == "sqlite":
        return Lake(catalogue="sqlite", dsn=str(file.with_name(f"{file.name}.sqlite")), data_path=data)
    schema = f"of_{sha256(str(file).encode()).hexdigest()[:12]}"
    return Lake(catalogue="postgres", dsn=dsn("postgres"), data_path=data, schema=schema)


@contextmanager
def reading(place: Path | Destination, name: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A replica as an analyst opens it with plain duckdb, as a database of that name."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        if isinstance(place, Path):
            connection.execute(f"attach '{place}' as {name} (read_only)")
        else:
            place.prepare(connection)
            connection.execute(place.reading(name))
        connection.execute(f"use {name}")
        yield connection


def dsn(database: str) -> str:
    """How a database of this process's server is reached."""
    return f"host={socket_folder()} dbname={database} user=postgres password={PASSWORD}"


def new_database(name: str) -> str:
    """Make a database; returns how it is reached."""
    ask("postgres", f'create database "{name}"')
    return dsn(name)


def ask(database: str, statement: str) -> list[tuple[Any, ...]]:
    """What a database of the server answers to its superuser, in a session of its own."""
    import psycopg

    with psycopg.connect(dsn(database), autocommit=True) as connection:
        made = connection.execute(statement.encode())
        return made.fetchall() if made.description else []


def socket_folder() -> str:
    """Where the server of this process, or of the one that started it, is reached."""
    return os.environ.get(SERVER) or _socket_folder()


@cache
def _socket_folder() -> str:
    folder = Path(tempfile.mkdtemp(prefix="freshdesk-postgres-"))
    os.environ[SERVER] = started(folder)
    atexit.register(os.environ.pop, SERVER, None)
    for setting in ("fsync", "synchronous_commit"):  # nobody switches the machine off
        ask("postgres", f"alter system set {setting} = off")
    ask("postgres", "select pg_reload_conf()")
    return os.environ[SERVER]


def started(folder: Path) -> str:
    """Start a server whose data are in a folder; returns that of its socket. It ends with the process."""
    with warnings.catch_warnings(action="ignore"):  # it looks for folders of a user who is logged in
        from pgserver.postgres_server import get_server

        server = get_server(folder)
    found = server.get_postmaster_info().socket_dir
    assert found is not None
    return str(found)
