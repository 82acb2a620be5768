"""From tickets told in a few words to a replica that has them as hourly syncs saw them, and its metrics.

A sync comes at a quarter past each hour in which something happened. What happened between two syncs is seen
together, as it stands then.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import duckdb

from freshdesk_assets.schema.page import Fate, ParentRead, Verdict
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
from freshdesk_assets_tests.metrics.tickets import Row, Ticket, at
from freshdesk_assets_tests.warehouse.library import Library, page

CATALOG = declared_tables()
TABLES = {table.name: table for table in CATALOG}


def read_by(*names: str) -> list[SqlView]:
    """Views of metrics, all of them without a name, and what they read, each after what it reads."""
    every = {view.id: view for view in declared_views()}
    waiting = [
        view.id for view in every.values() if view.schema == "metrics" and (not names or view.name in names)
    ]
    wanted: set[tuple[str, str]] = set()
    while waiting:
        place = waiting.pop()
        if place in every and place not in wanted:
            wanted.add(place)
            waiting += every[place].reads
    return [view for view in every.values() if view.id in wanted]


VIEWS = read_by()

NOW = "2026-11-20 12:15"


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

    def lands(self, moment: datetime, name: str, *rows: Row, **settled: Any) -> None:
        """A sync stores rows of a table, what is `settled` beside them, and what is cut from them."""
        self.forget()
        table = TABLES[name]
        with Spool(self.spools, table) as spool, self.warehouse.open() as connection:
            # A few rows at a time: threads cost more than they save.
            connection.execute("set threads = 1")
            spool.add(page(*rows, **settled))
            land(connection, spool.take(), moment)
            for child in CATALOG.children:
                if child.parent == name and child.name in CUT:
                    derive(connection, child, table)

    def lives(self, tickets: Iterable[Ticket], until: str = NOW) -> None:
        """Syncs see the tickets until then."""
        told, end = list(tickets), at(until)
        seen: dict[datetime, list[Ticket]] = {}
        found: dict[datetime, list[Ticket]] = {}
        for ticket in told:
            for moment in {*ticket.unsaid.values(), *(moment for moment, _ in ticket.gone)}:
                found.setdefault(moment, []).append(ticket)
            last = min((moment for moment, _ in ticket.gone), default=end)
            for moment in ticket.syncs() | {last}:
                seen.setdefault(min(moment, last), []).append(ticket)
        with lingering():
            for moment in sorted({*seen, *found}):
                if moment in seen:
                    self.lands(moment, "tickets", *(ticket.sent(moment) for ticket in seen[moment]))
                for ticket in found.get(moment, ()):
                    self.finds_out(moment, ticket)
            living = [ticket for ticket in told if not ticket.is_purged]
            for name, rows in (
                ("conversations", [row for ticket in living for row in ticket.left(end)]),
                ("satisfaction_ratings", [row for ticket in told for row in ticket.ratings]),
            ):
                if rows:
                    self.lands(end, name, *rows)

    def finds_out(self, moment: datetime, ticket: Ticket) -> None:
        """A sync sees what became of a ticket, or of what was said in it, which another had read before."""
        unsaid = [row for row in ticket.conversations if ticket.unsaid.get(row["id"]) == moment]
        if unsaid:
            self.lands(moment, "conversations", *unsaid)
            read = ParentRead(id=ticket.number)
            self.lands(moment, "conversations", *ticket.left(moment), parents=(read,))
        for when, fate in ticket.gone:
            if when == moment and fate is Fate.GONE and ticket.conversations:
                self.lands(moment, "conversations", *ticket.left(moment))
                read = ParentRead(id=ticket.number, gone=True)
                self.lands(moment, "conversations", parents=(read,))
            elif when == moment:
                self.lands(moment, "tickets", verdicts=(Verdict(id=ticket.number, fate=fate),))

    def measures(self, rules: Rules | None = None, now: str = NOW, views: Sequence[SqlView] = VIEWS) -> None:
        """All metrics are brought up to date."""
        self.forget()
        with self.warehouse.open() as connection:
            record_rules(connection, rules or Rules())
            connection.execute(f"delete from {READ_STATE} where table_name = 'tickets'")
            connection.execute(
                f"insert into {READ_STATE} (table_name, finished_at) values ('tickets', ?)", [at(now)]
            )
            ensure_views(connection, views, CATALOG)

    def of(self, ticket: Ticket, *columns: str, view: str = "ticket_metrics") -> Any:
        """What a view has of a ticket in its only row: a value, or several."""
        (row,) = self.all_of(ticket, *columns, view=view)
        return row

    def all_of(
        self, ticket: Ticket, *columns: str, view: str, where: str = "true", by: str = "all"
    ) -> list[Any]:
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
