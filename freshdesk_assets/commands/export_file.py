"""From a CSV of tickets that Freshdesk's UI exported to its cells, by ticket, as values to compare."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

TICKET = "ticketid"
LABEL, TIME, HOURS, NUMBER, VERDICT, RATING = "label", "time", "hours", "number", "verdict", "rating"

COLUMNS = {
    "status": ("Status", LABEL),
    "priority": ("Priority", LABEL),
    "createdtime": ("Created time", TIME),
    "resolvedtime": ("Resolved time", TIME),
    "closedtime": ("Closed time", TIME),
    "lastupdatetime": ("Last update time", TIME),
    "initialresponsetime": ("Initial response time", TIME),
    "firstresponsetime(inhrs)": ("First response time (in hrs)", HOURS),
    "resolutiontime(inhrs)": ("Resolution time (in hrs)", HOURS),
    "agentinteractions": ("Agent interactions", NUMBER),
    "customerinteractions": ("Customer interactions", NUMBER),
    "resolutionstatus": ("Resolution status", VERDICT),
    "firstresponsestatus": ("First response status", VERDICT),
    "everyresponsestatus": ("Every response status", VERDICT),
    "timetracked": ("Time tracked", HOURS),
    "surveyresults": ("Survey results", RATING),
}
"""The columns that are compared, by their names without case and spaces: as written, and what cells hold."""

TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
VERDICTS = {"withinsla": "within", "slaviolated": "violated"}
RATINGS = {"happy": "happy", "neutral": "neutral", "unhappy": "unhappy"}
CLOCK = re.compile(r"(\d+):([0-5]?\d)(?::([0-5]?\d))?")

Value = str | int | datetime | None


class ExportError(Exception):
    """The file cannot be used; the message says why, and has nothing of its cells."""


@dataclass(slots=True)
class Export:
    """What a file says.

    - `columns`: the keys of COLUMNS that it has.
    - `ignored`: the names of its other columns.
    - `tickets`: ticket id to the values of its cells, by column; an empty cell is None.
    - `unreadable`: by column, the numbers of the lines whose cell cannot be read.
    - `without_id`: lines without a ticket's number.
    - `repeated`: lines of a ticket that an earlier line had; the last one counts.
    """

    columns: list[str]
    ignored: list[str]
    tickets: dict[int, dict[str, Value]] = field(default_factory=dict)
    unreadable: dict[str, list[int]] = field(default_factory=dict)
    without_id: int = 0
    repeated: int = 0


def read_export(path: Path) -> Export:
    """The tickets of a file; raises ExportError if it is no CSV, or has no column Ticket ID."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            return _export(path, csv.reader(file, delimiter=_delimiter(first)))
    except UnicodeDecodeError:
        raise ExportError(f"{path} is not text in UTF-8: export the tickets as CSV") from None
    except csv.Error as error:
        raise ExportError(f"{path} cannot be read as CSV: {error}") from None
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from None


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _export(path: Path, lines: Iterator[list[str]]) -> Export:
    header = next(lines, [])
    names = ["".join(name.split()).lower() for name in header]
    if TICKET not in names:
        raise ExportError(
            f"{path} has no column Ticket ID in its first line: export the tickets as CSV with it"
        )
    places = {name: place for place, name in reversed(list(enumerate(names))) if name in COLUMNS}
    of_ticket = names.index(TICKET)
    found = Export(
        columns=[name for name in COLUMNS if name in places],
        ignored=[
            as_is.strip() for as_is, name in zip(header, names, strict=True) if name not in (TICKET, *COLUMNS)
        ],
    )
    for number, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        given = cells[of_ticket].strip().lstrip("#") if of_ticket < len(cells) else ""
        if not (given.isascii() and given.isdecimal()):
            found.without_id += 1
            continue
        values: dict[str, Value] = {}
        for name, place in places.items():
            cell = cells[place].strip() if place < len(cells) else ""
            try:
                values[name] = _value(COLUMNS[name][1], cell)
            except ValueError:
                found.unreadable.setdefault(name, []).append(number)
        found.repeated += int(given) in found.tickets
        found.tickets[int(given)] = values
    return found


def _value(kind: str, cell: str) -> Value:
    """The value of a cell; raises ValueError if it has another form."""
    if not cell:
        return None
    match kind:
        case "time":
            return _time(cell)
        case "hours":
            if not (clock := CLOCK.fullmatch(cell)):
                raise ValueError
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            return hours * 3600 + minutes * 60 + seconds
        case "number":
            return int(cell)
        case "verdict":
            if (verdict := VERDICTS.get("".join(cell.split()).lower())) is None:
                raise ValueError
            return verdict
        case "rating":
            if (rating := RATINGS.get(cell.lower())) is None:
                raise ValueError
            return rating
        case _:
            return " ".join(cell.split()).lower()


def _time(cell: str) -> datetime:
    """A moment, with its zone if one is given."""
    for form in TIMES:
        try:
            return datetime.strptime(cell, form)
        except ValueError:
            continue
    return datetime.fromisoformat(cell)
