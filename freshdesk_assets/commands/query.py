"""From a query to its answer: a table to look at, or CSV or JSON for another program."""

import csv
import json
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

from freshdesk_assets.commands.asked import asked
from freshdesk_assets.settings import Settings
from freshdesk_assets.warehouse.all_accounts import Together, reading_all
from freshdesk_assets.warehouse.asking import QueryError, ask, show
from freshdesk_assets.warehouse.file import WarehouseError

FORMATS = ("table", "csv", "json")
SHOWN = 100
"""Rows of a table on the terminal: the first half and the last half of more."""

UNLIMITED = 10_000
"""Width of a table that goes into a file or another program."""


def query(
    settings: Settings, sql: str | None, *, file: str | None, shape: str, of_all: Together | None = None
) -> int:
    """Answer the query that was given, or that of a file or of the standard input; 1 if it is wrong.

    With `of_all`, it is put to the views over all accounts instead of the one that the settings are of.
    """
    try:
        text = _text(sql, file)
        with reading_all(of_all) if of_all else asked(settings) as connection:
            if shape == "table":
                width = shutil.get_terminal_size().columns if sys.stdout.isatty() else UNLIMITED
                show(connection, text, width=width, rows=SHOWN)
            else:
                names, rows = ask(connection, text)
                (_write_csv if shape == "csv" else _write_json)(_distinct(names), rows)
            sys.stdout.flush()
    except (QueryError, WarehouseError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, BrokenPipeError):
            # Whoever reads has enough, as `head` has.
            sys.stdout = None
            return 0
        sys.stderr.write(f"{file} cannot be read as a query: {error}\n")
        return 1
    return 0


def _text(sql: str | None, file: str | None) -> str:
    if "-" in (sql, file):
        return sys.stdin.read()
    return Path(file).read_text(encoding="utf-8") if file else sql or ""


def _write_csv(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _write_json(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    between = "["
    for row in rows:
        said = json.dumps(
            {name: _plain(value) for name, value in zip(names, row, strict=True)}, ensure_ascii=False
        )
        sys.stdout.write(f"{between}{said}")
        between = ",\n "
    sys.stdout.write("[]\n" if between == "[" else "]\n")


def _cell(value: Any) -> Any:
    plain = _plain(value)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, bool | list | dict) else plain


def _plain(value: Any) -> Any:
    """A value as JSON has it: times in UTC as ISO 8601 spells them, what JSON lacks as text."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if isfinite(value) else str(value)
        case Decimal():
            return float(value)
        case datetime(tzinfo=None) | date() | time() if not getattr(value, "tzinfo", None):
            return value.isoformat()
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case Mapping():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case bytes():
            return value.hex()
        case _:
            return str(value)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names of an answer's columns, so that no column hides another of its name."""
    return list(_numbered(names))


def _numbered(names: Sequence[str]) -> Iterator[str]:
    taken: set[str] = set()
    for name in names:
        given, number = name, 1
        while given in taken:
            given, number = f"{name}_{number}", number + 1
        taken.add(given)
        yield given
