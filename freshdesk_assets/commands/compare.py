"""From an export of Freshdesk's UI to a report: where its columns differ from ours, and why they may."""

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Report

from freshdesk_assets.commands.asked import asked
from freshdesk_assets.commands.exported import (
    Export,
    UnusableExportError,
    lapse,
    moment,
    named,
    read_export,
    ticket_of,
)
from freshdesk_assets.queries import exported_tickets
from freshdesk_assets.settings import Settings
from freshdesk_assets.warehouse.asking import QueryError, ask
from freshdesk_assets.warehouse.file import WarehouseError

MINUTE = 60
QUARTER = 15 * MINUTE
"""Zones differ by multiples of it."""

SHOWN = 10
WIDE = 160
KEPT = {"met": "within", "late": "violated", "running": "within", "running_late": "violated"}

Row = Mapping[str, Any]
Reader = Callable[[str, str], float | str | None]
"""From a cell of the export and the account's zone to a value; None for a cell that tells nothing."""


def number(said: str, _zone: str) -> float | None:
    """A count."""
    return float(said) if said.strip().isdecimal() else None


def word(said: str, _zone: str) -> str | None:
    """A label, whatever its case."""
    return said.strip().casefold() or None


def verdict(said: str, _zone: str) -> str | None:
    """Whether a service level was kept: within, or violated."""
    text = said.casefold()
    return "violated" if "violat" in text else "within" if "within" in text else None


def mood(said: str, _zone: str) -> str | None:
    """What a survey's answer means."""
    text = said.casefold()
    if not text.strip():
        return None
    if "unhappy" in text or "dissatisfied" in text or "not satisfied" in text:
        return "unhappy"
    return "neutral" if "neutral" in text or "okay" in text else "happy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A column of the export, how its cells are read, and what of ours it may be, the likeliest first."""

    column: str
    read: Reader
    ours: Mapping[str, str]
    time: bool = False


def _times(column: str, ours: str) -> Compared:
    return Compared(column=column, read=moment, ours={ours: ours}, time=True)


COLUMNS = (
    Compared(column="Status", read=word, ours={"status": "status now"}),
    Compared(column="Priority", read=word, ours={"priority": "priority now"}),
    _times("Created time", "created_at"),
    _times("Last update time", "updated_at"),
    _times("Initial response time", "first_responded_at"),
    _times("Resolved time", "resolved_at"),
    _times("Closed time", "closed_at"),
    Compared(
        column="First response time (in hrs)",
        read=lambda said, _: lapse(said),
        ours={
            "first_reply_business_seconds": "business hours",
            "first_reply_seconds": "calendar time",
        },
    ),
    Compared(
        column="Resolution time (in hrs)",
        read=lambda said, _: lapse(said),
        ours={
            "solve_business_seconds": "business hours less statuses that stop the clock",
            "full_resolution_business_seconds": "business hours",
            "full_resolution_seconds": "calendar time",
        },
    ),
    Compared(
        column="Agent interactions",
        read=number,
        ours={
            "agent_replies": "public messages of agents",
            "agent_and_system_replies": "those and messages of automations",
            "agent_replies_and_notes": "those and private notes",
        },
    ),
    Compared(
        column="Customer interactions",
        read=number,
        ours={
            "customer_messages": "messages after the first",
            "customer_messages_and_first": "messages and the first",
        },
    ),
    Compared(column="First response status", read=verdict, ours={"first_response_state": "service level"}),
    Compared(column="Every response status", read=verdict, ours={"next_response_state": "service level"}),
    Compared(column="Resolution status", read=verdict, ours={"resolution_state": "service level"}),
    Compared(
        column="Time tracked", read=lambda said, _: lapse(said), ours={"seconds_tracked": "booked time"}
    ),
    Compared(column="Survey results", read=mood, ours={"csat_last": "latest answer"}),
)
"""What can be compared. Freshdesk's own names of the columns, whatever their case."""


@dataclass(slots=True, kw_only=True)
class Result:
    """What a column came to."""

    column: str
    ours: str
    compared: int = 0
    equal: int = 0
    within: int = 0
    differing: list[int] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    unread: int = 0


def compare(settings: Settings, file: str) -> int:
    """Report where an export differs from our metrics; 1 if it cannot be used."""
    try:
        export = read_export(Path(file))
        with asked(settings) as connection:
            names, rows = ask(connection, exported_tickets())
            stored = {row[0]: dict(zip(names, row, strict=True)) for row in rows}
    except (UnusableExportError, WarehouseError, QueryError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _report(export, stored)
    return 0


def results(export: Export, stored: Mapping[int, Row]) -> Iterator[Result]:
    """What each column of the export that can be compared came to."""
    present = {named(column) for column in export.columns}
    pairs = [
        (row, known)
        for row in export.rows
        if (number := ticket_of(row)) is not None and (known := stored.get(number))
    ]
    for compared in COLUMNS:
        if named(compared.column) in present:
            yield max(
                (_result(compared, ours, pairs) for ours in compared.ours),
                key=lambda result: (result.equal + result.within, -len(result.differing)),
            )


def _result(compared: Compared, ours: str, pairs: Sequence[tuple[Row, Row]]) -> Result:
    result = Result(column=compared.column, ours=compared.ours[ours])
    found: list[tuple[Row, Any, Any]] = []
    for told, known in pairs:
        said = told.get(named(compared.column), "")
        theirs = compared.read(said, known["zone"])
        if theirs is None:
            result.unread += bool(said.strip())
        elif (mine := _ours(compared, known[ours])) is not None:
            found.append((known, theirs, mine))
    offset = _offset([theirs - mine for _, theirs, mine in found]) if compared.time else 0
    if offset:
        result.reasons.append(
            f"its times are {offset / 3600:+g} h from the account's zone: written in another zone"
        )
    for known, theirs, mine in found:
        off = _off(theirs, mine, offset)
        result.compared += 1
        result.equal += off == 0
        result.within += 0 < off <= MINUTE
        if off > MINUTE:
            result.differing.append(known["ticket_id"])
            result.reasons += _reasons(known)
    if result.differing and ours != next(iter(compared.ours)):
        result.reasons.append(f"{compared.ours[ours]} fits best")
    return result


def _ours(compared: Compared, value: Any) -> Any:
    if value is None or not compared.time:
        return KEPT.get(value, value) if isinstance(value, str) else value
    # Freshdesk writes some of its times to the minute.
    return value.timestamp()


def _off(theirs: Any, mine: Any, offset: float) -> float:
    if isinstance(theirs, str) or isinstance(mine, str):
        return 0 if theirs == mine else MINUTE + 1
    return float(abs(theirs - offset - mine))


def _offset(differences: Sequence[float]) -> float:
    """What nearly all times are off by, if zones can differ by as much; else 0."""
    rounded = Counter(
        round(each / QUARTER) * QUARTER for each in differences if abs(each) % QUARTER <= MINUTE
    )
    if not rounded:
        return 0
    offset, times = rounded.most_common(1)[0]
    return offset if times * 10 >= len(differences) * 9 else 0


def _reasons(known: Row) -> Iterator[str]:
    if known["unknown_because"]:
        yield f"some of ours are not known: {known['unknown_because']}"
    if known["holidays_known"] is False:
        yield "no holidays are known of their calendar"
    if known["updated_at"] and known["as_of"] and (known["as_of"] - known["updated_at"]).days < 1:
        yield "some changed in the last day, maybe after the export"


def _report(export: Export, stored: Mapping[int, Row]) -> None:
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    console = Console(file=sys.stdout, width=width, highlight=False)
    numbers = [ticket_of(row) for row in export.rows]
    known = sum(number in stored for number in numbers)
    console.print(f"{len(numbers):,} tickets in the export, {known:,} of them stored here.", markup=False)
    report = Report(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("column of the export", "ours", "compared", "equal", "within a minute", "differ"):
        report.add_column(heading, justify="left" if heading in ("column of the export", "ours") else "right")
    found = list(results(export, stored))
    for result in found:
        counts = (result.compared, result.equal, result.within, len(result.differing))
        report.add_row(result.column, result.ours, *(f"{count:,}" for count in counts))
    console.print(report)
    for result in found:
        for said in _said(result):
            console.print(f"{result.column}: {said}", markup=False)
    compared = {named(result.column) for result in found} | {"ticket id"}
    if others := [column for column in export.columns if named(column) not in compared]:
        console.print(f"Not compared: {len(others)} of its columns.", markup=False)


def _said(result: Result) -> Iterator[str]:
    if result.differing:
        listed = ", ".join(map(str, sorted(result.differing, reverse=True)[:SHOWN]))
        yield f"differs in {len(result.differing):,} tickets, like {listed}"
    for reason, times in Counter(result.reasons).most_common():
        yield f"{reason} ({times:,} of those that differ)" if times > 1 else reason
    if result.unread:
        yield f"{result.unread:,} of its cells could not be read"
