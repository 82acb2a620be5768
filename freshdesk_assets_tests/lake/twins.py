"""One simulated account with two replicas, a file and a lake, and all that is compared of them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.settings import Settings
from freshdesk_assets_tests.places import reading
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import Account, lake_settings, simulated_account

OF_THE_RUN = {
    "_synced_at": "when it was stored",
    "_sdc_sequence": "when it was stored, in milliseconds",
    "_run_id": "of Dagster",
    "run_id": "of Dagster",
    "seconds": "how long it took",
    "relations.data_as_of.age_hours": "since it was stored",
    "freshdesk_meta.followed.made_of": "a fingerprint in which moments of storing are",
    "freshdesk_meta.derived.cut": "a fingerprint in which they are too",
}
"""Columns, of all tables or of one, in which two replicas of an account differ, and what they are."""

OF_A_LAKE = "freshdesk_meta.view_comments"
"""The table that has rows in a lake alone: what stands in a file as comments (test_moving.py)."""

SIGNATURE = re.compile(r"\?[A-Za-z0-9_.~%=&;-]*(?:Signature|signature)=[A-Za-z0-9_.~%=&;-]*")
"""What is after the path of a link that Freshdesk signs anew for each who asks."""


@contextmanager
def twins(
    folder: Path, environment: pytest.MonkeyPatch, catalogue: str, **options: Any
) -> Iterator[tuple[Account, Account]]:
    """The replica in a file and the one in a lake."""
    with (
        simulated_account(folder, environment, **options) as filed,
        recording(folder / "lake_home") as instance,
    ):
        lake = lake_settings(folder, catalogue)
        for name, value in lake.items():
            environment.setenv(f"FRESHDESK_{name.upper()}", value)
        first = filed.settings
        settings = Settings(start_date=first.start_date, partitions=first.partitions, **lake)
        yield filed, replace(filed, instance=instance, settings=settings, processes=[])


def at_one_moment(filed: Account, lake: Account) -> None:
    """Let the lake say that its tables were read when those of the file were.

    What runs, as the time until a first reply, runs until tickets were last read.
    """
    moments = filed.query("select table_name, finished_at from replica.freshdesk_meta.read_state")
    with duckdb_file(lake.settings).warehouse().open() as connection:
        connection.executemany(
            "update replica.freshdesk_meta.read_state set finished_at = $2 where table_name = $1", moments
        )


def apart(filed: Account, lake: Account, since: datetime) -> tuple[int, dict[str, Any]]:
    """How many rows were compared, and where they differ: tables that one lacks, columns, or the first rows.

    Both are asked in one transaction: what views say of the time until now is of the same moment.
    """
    found: dict[str, Any] = {}
    with reading(lake.place, "lake") as connection:
        connection.execute(f"attach '{filed.path}' as filed (read_only)")
        connection.execute("begin")
        names = [_names(connection, place) for place in ("filed", "lake")]
        found |= dict.fromkeys(names[0] ^ names[1], "in one alone")
        compared = 0
        for name in sorted((names[0] & names[1]) - {OF_A_LAKE}):
            (columns, rows), (others, other_rows) = (
                _content(connection, place, name, since) for place in ("filed", "lake")
            )
            compared += len(rows)
            if columns != others:
                found[name] = set(columns) ^ set(others)
            elif rows != other_rows:
                only = [row for row in rows if row not in other_rows][:2]
                found[name] = only, [row for row in other_rows if row not in rows][:2]
    return compared, found


def _names(connection: duckdb.DuckDBPyConnection, place: str) -> set[str]:
    found = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_catalog = ? and not starts_with(table_name, 'ducklake_')",
        [place],
    )
    return {name for (name,) in found.fetchall()}


def _content(
    connection: duckdb.DuckDBPyConnection, place: str, name: str, since: datetime
) -> tuple[list[tuple[str, str]], list[Any]]:
    """Columns and rows of a table or view, but for what is of the run, and moments since the test began.

    The simulated account's own moments are of two days ago.
    """
    schema, table = name.split(".", 1)
    at = f'{place}.{schema}."{table}"'
    columns = [
        (column, type_)
        for column, type_, *_ in connection.execute(f"describe {at}").fetchall()
        if not OF_THE_RUN.keys() & {column, f"{name}.{column}"}
    ]
    if not columns:
        return columns, []
    chosen = ", ".join(f'"{column}"' for column, _ in columns)
    rows = connection.execute(f"select {chosen} from {at}").fetchall()
    return columns, sorted((_settled(row, since) for row in rows), key=repr)


def _settled(value: Any, since: datetime) -> Any:
    match value:
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            return "a moment of the test" if moment >= since else value
        case list() | tuple():
            return type(value)(_settled(each, since) for each in value)
        case dict():
            return {key: _settled(each, since) for key, each in value.items()}
        case str():
            return SIGNATURE.sub("", value)
        case _:
            return value
