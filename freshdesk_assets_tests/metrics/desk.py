"""From tickets told in a few words to a replica that has them as hourly syncs saw them, and its metrics.

A sync comes at a quarter past each hour in which something happened. What happened between two syncs is seen
together, as it stands then.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
import re
from itertools import count
from pathlib import Path
from typing import Any, Self

import duckdb

from freshdesk_assets.schema.page import Fate, Verdict
from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.rules import record_rules
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.engines import lingering
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets_tests.warehouse.library import Library, page

CATALOG = declared_tables()
TABLES = {table.name: table for table in CATALOG}


def read_by(*names: str) -> list[SqlView]:
    """Views of metrics, all of them without a name, and what they read, each after what it reads."""
    every = {view.id: view for view in declared_views()}
    waiting = [view.id for view in every.values() if view.schema == "metrics" and (not names or view.name in names)]
    wanted: set[tuple[str, str]] = set()
    while waiting:
        place = waiting.pop()
        if place in every and place not in wanted:
            wanted.add(place)
            waiting += every[place].reads
    return [view for view in every.values() if view.id in wanted]


VIEWS = read_by()

OPEN, PENDING, RESOLVED, CLOSED, ON_CUSTOMER, ON_THIRD_PARTY = 2, 3, 4, 5, 6, 7
ANN, BOB, FORMER_AGENT, COLLABORATOR = 901, 902, 903, 904
CUSTOMER = 801
HOUR, DAY = 3600, 86400
NOW = "2026-11-20 12:15"

Row = dict[str, Any]
NUMBERS = count(1)
CONVERSATIONS = count(5001)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(moment: datetime) -> str:
    """A moment as the API sends it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_sync(moment: datetime) -> datetime:
    """A quarter past the hour, not earlier."""
    quarter = moment.replace(minute=15, second=0)
    return quarter if quarter >= moment else quarter + timedelta(hours=1)


class Ticket:
    """A ticket and what happens to it, told in the order in which it happens."""

    def __init__(self, created: str, *, first_seen: str | None = None, **fields: Any) -> None:
        """`first_seen` is when a replica began that did not see what was before."""
        self.number = next(NUMBERS)
        self.created = at(created)
        self.first_seen = at(first_seen) if first_seen else None
        self.events: list[tuple[datetime, Row]] = [
            (
                self.created,
                {
                    "status": OPEN,
                    "priority": 1,
                    "source": 1,
                    "requester_id": CUSTOMER,
                    "spam": False,
                    "status_updated_at": said(self.created),
                    **fields,
                },
            )
        ]
        self.conversations: list[Row] = []
        self.ratings: list[Row] = []
        self.gone: list[tuple[datetime, Fate]] = []

    def change(self, moment: str, **fields: Any) -> Self:
        """Something of its row changes."""
        self.events.append((at(moment), fields))
        return self

    def becomes(self, status: int, moment: str) -> Self:
        """Its status changes, and its own times with it."""
        now, last = said(at(moment)), self.row(at(moment))
        times: Row = {"status_updated_at": now, "pending_since": now if status == PENDING else None}
        if last["status"] in (RESOLVED, CLOSED) and status not in (RESOLVED, CLOSED):
            times |= {"reopened_at": now, "resolved_at": None, "closed_at": None}
        if status == RESOLVED:
            times |= {"resolved_at": now}
        if status == CLOSED:
            times |= {"closed_at": now}
        return self.change(moment, status=status, **times)

    def says(self, moment: str, user: int | None, **fields: Any) -> Self:
        """A conversation is added; without more it is a public one."""
        self.conversations.append(
            {
                "id": next(CONVERSATIONS),
                "ticket_id": self.number,
                "user_id": user,
                "incoming": False,
                "private": False,
                "source": 0,
                "created_at": said(at(moment)),
                "updated_at": said(at(moment)),
                **fields,
            }
        )
        return self

    def reply(self, moment: str, by: int = ANN) -> Self:
        """An agent answers, and Freshdesk notes when the first did."""
        if not self.row(at(moment)).get("first_responded_at"):
            self.change(moment, first_responded_at=said(at(moment)))
        return self.says(moment, by)

    def customer(self, moment: str) -> Self:
        """The customer writes."""
        return self.says(moment, CUSTOMER, incoming=True)

    def note(self, moment: str, by: int = ANN, *, private: bool = True) -> Self:
        """An agent leaves a note."""
        return self.says(moment, by, private=private, source=2)

    def automation(self, moment: str) -> Self:
        """An automation answers."""
        return self.says(moment, None, automation_id=70)

    def rated(self, moment: str, value: int) -> Self:
        """The customer answers a survey."""
        self.ratings.append(
            {
                "id": next(CONVERSATIONS),
                "ticket_id": self.number,
                "ratings": {"default_question": value},
                "created_at": said(at(moment)),
                "updated_at": said(at(moment)),
            }
        )
        return self

    def purged(self, moment: str) -> Self:
        """Freshdesk no longer has it, and a sync finds out."""
        self.gone.append((at(moment), Fate.GONE))
        return self

    def archived(self, moment: str) -> Self:
        """It is in the archive, and a sync finds out."""
        self.gone.append((at(moment), Fate.ARCHIVED))
        return self

    def row(self, moment: datetime) -> Row:
        """Its fields as they were after what happened until then."""
        fields: Row = {}
        for when, changed in self.events:
            if when <= moment:
                fields |= changed
        return fields

    def sent(self, moment: datetime) -> Row:
        """Its row, as a list of the API sends it."""
        fields = self.row(moment)
        stats = {name: fields.pop(name) for name in list(fields) if name in STATS}
        latest = max(when for when, _ in self.events if when <= moment)
        return {
            "id": self.number,
            "created_at": said(self.created),
            "updated_at": said(latest),
            "stats": stats,
            **fields,
        }

    def syncs(self) -> set[datetime]:
        """When syncs saw something new of it."""
        moments = {next_sync(when) for when, _ in self.events}
        if self.first_seen is None:
            return moments
        return {max(moment, self.first_seen) for moment in moments}


STATS = (
    "agent_responded_at", "requester_responded_at", "first_responded_at", "status_updated_at",
    "reopened_at", "resolved_at", "closed_at", "pending_since",
)  # fmt: skip
"""What a ticket's row has under `stats`."""

Setup = Mapping[str, Iterable[Row]]
"""Rows of the tables that are no tickets, by table."""


class Desk(Library):
    """A replica of a help desk. What its views yield is asked for once, between two syncs."""

    _asked: duckdb.DuckDBPyConnection | None = None

    def asked(self) -> duckdb.DuckDBPyConnection:
        """A connection with the file; what it holds itself are the views that were asked for."""
        if self._asked is None:
            self._asked = duckdb.connect(config={"threads": 1})
            self._asked.execute("set timezone = 'UTC'")
            self._asked.execute(f"attach '{self.warehouse.path}' as file (read_only)")
        return self._asked

    def forget(self) -> None:
        """Let the file go, which is about to change."""
        if self._asked is not None:
            self._asked.close()
            self._asked = None

    def view(self, name: str) -> str:
        """A table with the rows of a view of metrics."""
        self.asked().execute(f"create table if not exists memory.main.{name} as from file.metrics.{name}")
        return f"memory.main.{name}"

    def query(self, statement: str) -> list[tuple[Any, ...]]:
        """What plain duckdb reads; `metrics.<view>` in the statement is what the view yields."""
        named = re.sub(r"\bmetrics\.(\w+)", lambda found: self.view(found[1]), statement)
        return self.asked().execute(named).fetchall()

    def lands(self, moment: datetime, name: str, *rows: Row, verdicts: tuple[Verdict, ...] = ()) -> None:
        """A sync stores rows of a table, and what is cut from them."""
        self.forget()
        table = TABLES[name]
        with Spool(self.spools, table) as spool, self.warehouse.open() as connection:
            spool.add(page(*rows, verdicts=verdicts))
            land(connection, spool.take(), moment)
            for child in CATALOG.children:
                if child.parent == name and child.name in CUT:
                    derive(connection, child, table)

    def lives(self, tickets: Iterable[Ticket], until: str = NOW) -> None:
        """Syncs see the tickets until then."""
        told, end = list(tickets), at(until)
        seen: dict[datetime, list[Ticket]] = {}
        gone: dict[datetime, list[Verdict]] = {}
        for ticket in told:
            for moment, fate in ticket.gone:
                gone.setdefault(moment, []).append(Verdict(id=ticket.number, fate=fate))
            last = min((moment for moment, _ in ticket.gone), default=end)
            for moment in ticket.syncs() | {last}:
                seen.setdefault(min(moment, last), []).append(ticket)
        with lingering():
            for moment in sorted({*seen, *gone}):
                if moment in seen:
                    self.lands(moment, "tickets", *(ticket.sent(moment) for ticket in seen[moment]))
                if moment in gone:
                    self.lands(moment, "tickets", verdicts=tuple(gone[moment]))
            for name, rows in (
                ("conversations", [row for ticket in told for row in ticket.conversations]),
                ("satisfaction_ratings", [row for ticket in told for row in ticket.ratings]),
            ):
                if rows:
                    self.lands(end, name, *rows)

    def measures(
        self, rules: Rules | None = None, now: str = NOW, views: Sequence[SqlView] = VIEWS
    ) -> None:
        """All metrics are brought up to date."""
        self.forget()
        with self.warehouse.open() as connection:
            record_rules(connection, rules or Rules())
            connection.execute(f"delete from {READ_STATE} where table_name = 'tickets'")
            connection.execute(f"insert into {READ_STATE} (table_name, finished_at) values ('tickets', ?)", [at(now)])
            ensure_views(connection, views, CATALOG)

    def of(self, ticket: Ticket, *columns: str, view: str = "ticket_metrics") -> Any:
        """What a view has of a ticket in its only row: a value, or several."""
        (row,) = self.all_of(ticket, *columns, view=view)
        return row

    def all_of(self, ticket: Ticket, *columns: str, view: str, where: str = "true", by: str = "all") -> list[Any]:
        """What a view has of a ticket, in all its rows."""
        rows = self.query(
            f"select {', '.join(columns)} from metrics.{view}"
            f" where ticket_id = {ticket.number} and {where} order by {by}"
        )
        return [row[0] if len(columns) == 1 else row for row in rows]


CUT = ("business_hour_slots", "business_hour_holidays", "sla_policy_targets", "satisfaction_rating_answers",
    "ticket_field_choices")  # fmt: skip
"""The child tables that metrics read."""

READ_STATE = "replica.freshdesk_meta.read_state"
