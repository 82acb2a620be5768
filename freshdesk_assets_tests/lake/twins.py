"""One simulated account with two replicas, a file and a lake, and all that is compared of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.settings import Settings
from freshdesk_assets_tests.places import Place, reading
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import Account, lake_settings, simulated_account

OF_THE_RUN = {
    "_synced_at": "when it was stored",
    "_run_id": "of Dagster",
    "run_id": "of Dagster",
    "seconds": "how long it took",
}
"""Columns in which two replicas of one account differ, and what they are."""

Content = dict[str, tuple[list[tuple[str, str]], list[tuple[Any, ...]]]]
"""The columns of each table and view, and the rows."""


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


def content(place: Place, since: datetime) -> Content:
    """All that a replica holds, but for what is of the run, and moments since the test began.

    The simulated account's own moments are of two days ago.
    """
    with reading(place, "replica") as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_catalog = 'replica' and not starts_with(table_name, 'ducklake_') order by all"
        ).fetchall()
        found: Content = {}
        for schema, name in names:
            columns = [
                (column, type_)
                for column, type_, *_ in connection.execute(f'describe {schema}."{name}"').fetchall()
                if column not in OF_THE_RUN
                and not (schema == "freshdesk_meta" and type_ == "TIMESTAMP WITH TIME ZONE")
            ]
            chosen = ", ".join(f'"{column}"' for column, _ in columns)
            rows = connection.execute(f'select {chosen} from {schema}."{name}"').fetchall() if chosen else []
            found[f"{schema}.{name}"] = columns, sorted((_settled(row, since) for row in rows), key=repr)
    return found


def _settled(value: Any, since: datetime) -> Any:
    match value:
        case datetime():
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            return "a moment of the test" if moment >= since else value
        case list() | tuple():
            return type(value)(_settled(each, since) for each in value)
        case dict():
            return {key: _settled(each, since) for key, each in value.items()}
        case _:
            return value


def apart(filed: Content, lake: Content) -> dict[str, Any]:
    """Where they differ: tables that one lacks, columns, or the first rows."""
    found: dict[str, Any] = dict.fromkeys(filed.keys() ^ lake.keys(), "in one alone")
    for name in filed.keys() & lake.keys():
        (columns, rows), (others, other_rows) = filed[name], lake[name]
        if columns != others:
            found[name] = set(columns) ^ set(others)
        elif rows != other_rows:
            only = [row for row in rows if row not in other_rows][:2]
            found[name] = only, [row for row in other_rows if row not in rows][:2]
    return found
