"""From a CSV file that Freshdesk's UI exported to the values it tells of each ticket.

The form of its times is not established: the usual ones are read, in the account's zone where they name none.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

TICKET = "ticket id"
LAPSE = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d))?")
TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d %b, %Y %I:%M %p")


class UnusableExportError(Exception):
    """The file is not an export of tickets; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Export:
    """An export: its columns as its first line names them, and its rows by the names in lower case."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]


def read_export(path: Path) -> Export:
    """The rows of a file; raises UnusableExportError if it cannot be read, or has no column Ticket ID."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UnusableExportError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnusableExportError(f"{path} is not in UTF-8: save it as CSV UTF-8 and run again") from error
    lines = text.splitlines(keepends=True)
    first = lines[0] if lines else ""
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise UnusableExportError(f"{path} is no CSV file: {error}") from error
    columns = [name.strip() for name in rows[0]] if rows else []
    names = [named(name) for name in columns]
    if TICKET not in names:
        raise UnusableExportError(
            f"{path} has no column Ticket ID in its first line: export tickets from Freshdesk with that field"
        )
    return Export(columns, [dict(zip(names, row, strict=False)) for row in rows[1:] if any(row)])


def named(column: str) -> str:
    """A column's name without differences of case and spacing."""
    return " ".join(column.casefold().split())


def ticket_of(row: Mapping[str, str]) -> int | None:
    """The ticket of a row; None if it has no number."""
    said = row.get(TICKET, "").strip().lstrip("#")
    return int(said) if said.isdecimal() else None


def lapse(said: str) -> int | None:
    """Seconds of `HH:MM:SS`, whose hours may be many; None if it is something else."""
    found = LAPSE.fullmatch(said.strip())
    if not found:
        return None
    hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def moment(said: str, zone: str) -> float | None:
    """The epoch second of a time; None if it is something else."""
    found = next(_moments(said.strip()), None)
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).timestamp()


def _moments(said: str) -> Iterator[datetime]:
    for form in (None, *TIMES):
        try:
            yield datetime.strptime(said, form) if form else datetime.fromisoformat(said)
        except ValueError:
            continue
