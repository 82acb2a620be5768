"""From an export of Freshdesk's UI to where its numbers are not the replica's, and why that may be."""

import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Report

from freshdesk_assets.commands.asked import asked
from freshdesk_assets.commands.export_file import (
    COLUMNS,
    HOURS,
    TIME,
    Export,
    ExportError,
    Value,
    read_export,
)
from freshdesk_assets.queries import export_query
from freshdesk_assets.settings import Settings
from freshdesk_assets.warehouse.asking import QueryError, ask
from freshdesk_assets.warehouse.file import WarehouseError

OURS = {
    "status": ("status",),
    "priority": ("priority",),
    "createdtime": ("created_at",),
    "resolvedtime": ("resolved_at",),
    "closedtime": ("closed_at",),
    "lastupdatetime": ("updated_at",),
    "initialresponsetime": ("first_reply_at",),
    "firstresponsetime(inhrs)": ("first_reply_business_seconds", "first_reply_seconds"),
    "resolutiontime(inhrs)": (
        "full_resolution_business_seconds",
        "solve_business_seconds",
        "full_resolution_seconds",
    ),
    "agentinteractions": ("agent_replies",),
    "customerinteractions": ("customer_messages",),
    "resolutionstatus": ("resolution_verdict",),
    "firstresponsestatus": ("first_response_verdict",),
    "everyresponsestatus": ("next_response_verdict",),
    "timetracked": ("seconds_tracked",),
    "surveyresults": ("csat_last",),
}
"""What each column is compared with; of several, the one that fits most tickets."""

SHOWN = 10
"""Tickets named of each column."""

WIDE = 200
"""Width of what goes into a file or another program."""

Row = Mapping[str, Any]


@dataclass(slots=True)
class Compared:
    """A column against one of ours: how many are alike, and the tickets that are not."""

    ours: str
    equal: int = 0
    close: int = 0
    different: list[int] = field(default_factory=list)
    one_side: list[int] = field(default_factory=list)

    @property
    def both(self) -> int:
        """How many tickets have a value here and there."""
        return self.equal + self.close + len(self.different)

    @property
    def ids(self) -> list[int]:
        """The tickets that are not alike."""
        return sorted((*self.different, *self.one_side))


def compare(settings: Settings, file: str) -> int:
    """Print where the file and the replica differ; 1 if the file, or the replica, cannot be used."""
    try:
        export = read_export(Path(file))
        with asked(settings) as connection:
            names, rows = ask(connection, export_query())
            stored = {row[0]: dict(zip(names, row, strict=True)) for row in rows if row[0] in export.tickets}
    except (ExportError, WarehouseError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except QueryError as error:
        # A file of before lacks the views, or columns of them.
        why = str(error).partition("\n")[0].rstrip(".")
        sys.stderr.write(
            f"The metrics cannot be read: {why}. Run freshdesk-assets sync first, which renews them\n"
        )
        return 1
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    _print(Console(file=sys.stdout, width=width, highlight=False, markup=False), export, stored)
    return 0


def _print(console: Console, export: Export, stored: Mapping[int, Row]) -> None:
    missing = sorted(set(export.tickets) - set(stored))
    console.print(f"{len(export.tickets):,} tickets in the file, {len(stored):,} of them in the replica.")
    if missing:
        console.print(f"The replica does not have {len(missing):,}, such as {_listed(missing)}.")
    if export.without_id:
        console.print(f"{export.without_id:,} lines have no ticket's number; they are left out.")
    if export.repeated:
        console.print(f"{export.repeated:,} lines repeat a ticket; its last line counts.")
    for name, lines in export.unreadable.items():
        console.print(
            f"{COLUMNS[name][0]}: {len(lines):,} cells cannot be read, such as in line {_listed(lines)}."
        )
    if export.ignored:
        console.print(f"Not compared: {', '.join(export.ignored)}.")
    for said in _settle_times(export, stored):
        console.print(said)
    report = Report(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    report.add_column("column")
    report.add_column("compared with")
    for title in ("compared", "equal", "within a minute", "different", "only here or there"):
        report.add_column(title, justify="right")
    report.add_column("tickets", overflow="fold")
    remarks: list[str] = []
    for name in export.columns:
        best = _best(name, export, stored)
        counts = (best.both, best.equal, best.close, len(best.different), len(best.one_side))
        report.add_row(COLUMNS[name][0], best.ours, *(f"{each:,}" for each in counts), _listed(best.ids))
        remarks += (f"{COLUMNS[name][0]}: {said}" for said in _reasons(name, best, export, stored))
    console.print(report)
    for said in remarks:
        console.print(said)


def _listed(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:SHOWN]))


def _settle_times(export: Export, stored: Mapping[int, Row]) -> Iterator[str]:
    """Give every time of the file its zone, and say which: the account's, or the one that it fits."""
    columns = [name for name in export.columns if COLUMNS[name][1] == TIME]
    zone = next((row["zone"] for row in stored.values()), "UTC")
    apart: Counter[int] = Counter()
    fitting = total = 0
    for number, name, wall in list(_without_zone(export, columns)):
        ours: datetime | None = stored[number][OURS[name][0]] if number in stored else None
        if ours is not None:
            total += 1
            fitting += abs((wall.replace(tzinfo=ZoneInfo(zone)) - ours).total_seconds()) < 60
            # Zones are whole quarters of an hour apart, and a time may lack its seconds.
            apart[round((wall.replace(tzinfo=UTC) - ours).total_seconds() / 900)] += 1
    quarters, explained = apart.most_common(1)[0] if apart else (0, 0)
    shifted = total > 0 and fitting * 2 < total and explained * 10 >= total * 9
    for number, name, wall in list(_without_zone(export, columns)):
        moment = wall.replace(tzinfo=UTC) - timedelta(minutes=15 * quarters)
        export.tickets[number][name] = moment if shifted else wall.replace(tzinfo=ZoneInfo(zone))
    if shifted:
        hours, minutes = divmod(abs(quarters) * 15, 60)
        offset = f"{'-' if quarters < 0 else '+'}{hours:02}:{minutes:02}"
        yield f"The file's times do not fit the account's zone, {zone}: they are in UTC{offset}, and read so."
    elif total:
        yield f"The file's times name no zone; they are read in the account's, {zone}."


def _without_zone(export: Export, columns: list[str]) -> Iterator[tuple[int, str, datetime]]:
    for number, values in export.tickets.items():
        for name in columns:
            value = values.get(name)
            if isinstance(value, datetime) and value.tzinfo is None:
                yield number, name, value


def _best(name: str, export: Export, stored: Mapping[int, Row]) -> Compared:
    tried = [_compared(name, ours, export, stored) for ours in OURS[name]]
    return max(tried, key=lambda each: (each.equal + each.close, -len(each.ids)))


def _compared(name: str, ours: str, export: Export, stored: Mapping[int, Row]) -> Compared:
    found = Compared(ours)
    for number, row in stored.items():
        values = export.tickets[number]
        if name not in values:
            continue  # It cannot be read, which is said.
        theirs, own = values[name], row[ours]
        if name == "timetracked":
            # No time tracked may be an empty cell, or 00:00:00.
            theirs, own = theirs or 0, own or 0
        if theirs is None and own is None:
            continue
        if theirs is None or own is None:
            found.one_side.append(number)
            continue
        apart = _apart(theirs, own) if COLUMNS[name][1] in (TIME, HOURS) else 0 if theirs == own else 60
        if apart == 0:
            found.equal += 1
        elif apart < 60:
            found.close += 1
        else:
            found.different.append(number)
    return found


def _apart(theirs: Value, own: Any) -> float:
    """Seconds between two moments or two durations."""
    if isinstance(theirs, datetime):
        seconds: float = (theirs - own).total_seconds()
        return abs(seconds)
    return abs(float(theirs or 0) - float(own))


def _reasons(name: str, best: Compared, export: Export, stored: Mapping[int, Row]) -> Iterator[str]:
    """Why it may differ, as far as the data show it; and which of our measures fits."""
    alike = best.equal + best.close
    if len(OURS[name]) > 1 and best.ours != OURS[name][0] and alike:
        which = (
            "business time less the statuses that stop the clock"
            if best.ours == "solve_business_seconds"
            else "calendar time, not business time: its policies count calendar hours"
        )
        yield f"fits our {which}."
    rows = [(number, stored[number]) for number in best.ids]
    business, replies = "business" in best.ours, best.ours.startswith(("first_reply", "agent_replies"))
    told = (
        ("changed since the export", [n for n, row in rows if _changed(export, n, row)]),
        (
            "have messages of automations, which we do not count as an agent's",
            [n for n, row in rows if replies and row["system_messages"]],
        ),
        (
            "have a past that is not known",
            [n for n, row in rows if row[best.ours] is None and row["unknown_because"]],
        ),
        (
            "were in several groups: we count each stay in that group's calendar",
            [n for n, row in rows if business and (row["group_stations"] or 0) > 1],
        ),
        (
            "are in a calendar whose holidays are not known (FRESHDESK_HOLIDAYS)",
            [n for n, row in rows if business and row["holidays_known"] is False],
        ),
    )
    for said, ids in told:
        if ids:
            yield f"of {len(rows):,} that differ, {len(ids):,} {said}."


def _changed(export: Export, number: int, row: Row) -> bool:
    exported = export.tickets[number].get("lastupdatetime")
    return isinstance(exported, datetime) and row["updated_at"] >= exported + timedelta(minutes=1)
