"""The least credits that unattended runs can spend, counted from the account's rows, not from our code.

- A list costs a call per hundred rows, and one call if it is empty. A page of tickets with both includes
  costs five.
- Each changed ticket is asked for its conversations once. On days that are read again, each ticket that has
  any is asked once more.
- Each changed contact is asked for by its row call, each agent so once a day. Where a list for each group
  with agents costs less, each of their agents once a week, and when their roles, groups or skills are others.
- Each ticket that is associated with another is asked for that, as it is asked for its conversations.
- Below a category, folder or form is a list each, once a day; of folders, where there is something or is said
  to be.
- To find deleted rows takes all lists once more, without includes, those of people once a week; and two calls
  for each ticket that is in no list.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from freshdesk_assets.replication.scope import Reading
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.world import World

TICKET_PAGE = 5
PER_PAGE = 100

State = tuple[tuple[int, ...], ...]

BY_ROW = {"tickets", "ticket_associations", "conversations", "contacts", "agents", "group_agent_roles"}
"""Tables whose calls are counted row by row; the others have a list, or several."""

SHELVES = ("live", "spam", "deleted")


@dataclass
class Least:
    """What the replica must know of the account by now, and the least credits for that."""

    world: World
    credits: Counter[str] = field(default_factory=Counter)
    _tickets: dict[int, str] = field(default_factory=dict)
    _associated: dict[int, str] = field(default_factory=dict)
    _contacts: dict[int, str] = field(default_factory=dict)
    _agents: dict[int, tuple[datetime, State]] = field(default_factory=dict)
    _people_whole: datetime | None = None

    def count(self, reading: Reading, tables: frozenset[str], now: datetime, since: datetime) -> None:
        """Add what a run over these tables had to spend; `since` is where the days it reads again begin."""
        tickets = {key: row for key, row in self.world.truth_tickets().items() if not row["archived"]}
        if reading is Reading.EXISTENCE:
            self._find_gone(tickets, now)
            return
        if "tickets" in tables:
            self._ask_tickets(tickets, reading, since)
        if "ticket_associations" in tables:
            for key, row in tickets.items():
                moved = self._associated.get(key) != row["updated_at"]
                if row["association_type"] and (
                    moved or (reading is Reading.AGAIN and _moment(row) >= since)
                ):
                    self.credits["ticket_associations"] += 1
                self._associated[key] = row["updated_at"]
        if "conversations" in tables:
            said = Counter(row["ticket_id"] for row in self.world.truth_conversations().values())
            for key, row in tickets.items():
                moved = self._tickets.get(key) != row["updated_at"]
                if moved or (reading is Reading.AGAIN and said[key] and _moment(row) >= since):
                    self.credits["conversations"] += pages(said[key])
                self._tickets[key] = row["updated_at"]
        if "contacts" in tables:
            self._call_contacts()
        if "agents" in tables:
            self._call_agents(now)
        if "group_agent_roles" in tables:
            self.credits["group_agent_roles"] += len(listed_groups(self.world))
        several = self._several()
        for name in tables - BY_ROW:
            self.credits[name] += several.get(name, 1)

    def _several(self) -> dict[str, int]:
        """The credits of tables that take a call for each of several lists."""
        truth = self.world.truth
        folders, canned = truth("solution_folders"), truth("canned_response_folders")
        above = {row.get("parent_folder_id") for row in folders.values()} - {None}
        written = {row["folder_id"] for row in truth("solution_articles").values()}
        answered = {row["folder_id"] for row in truth("canned_responses").values()}
        return {
            "automation_rules": 3,
            "ticket_form_fields": len(truth("ticket_forms")),
            "solution_folders": len(truth("solution_categories"))
            + len(above | _said(folders, "sub_folders_count")),
            "solution_articles": len(written | _said(folders, "articles_count")),
            "canned_responses": len(answered | _said(canned, "responses_count")),
        }

    def _find_gone(self, tickets: Mapping[int, Row], now: datetime) -> None:
        # What changed is asked for first, and then every list; time entries have one.
        shelves = Counter(_shelf(row) for row in tickets.values())
        self.credits["tickets"] += 3 + sum(pages(shelves[shelf]) for shelf in SHELVES)
        self.credits["time_entries"] += 1
        for key in self._tickets.keys() - tickets.keys():
            self.credits["tickets"] += 2
            del self._tickets[key]
        if self._people_whole is None or now - self._people_whole >= timedelta(days=7):
            self.credits["contacts"] += 3
            self.credits["companies"] += 1
            self._people_whole = now

    def _ask_tickets(self, tickets: Mapping[int, Row], reading: Reading, since: datetime) -> None:
        shelves: Counter[str] = Counter()
        for key, row in tickets.items():
            again = reading is Reading.AGAIN and _moment(row) >= since
            if again or self._tickets.get(key) != row["updated_at"]:
                shelves[_shelf(row)] += 1
        for shelf in SHELVES:
            self.credits["tickets"] += TICKET_PAGE * pages(shelves[shelf]) if shelves[shelf] else 1

    def _call_contacts(self) -> None:
        self.credits["contacts"] += 3
        for key, row in self.world.truth_contacts().items():
            if self._contacts.get(key) != row["updated_at"]:
                self.credits["contacts"] += 1
                self._contacts[key] = row["updated_at"]

    def _call_agents(self, now: datetime) -> None:
        self.credits["agents"] += 1
        told = {member for members in listed_groups(self.world) for member in members}
        for key, row in self.world.truth_agents().items():
            state = tuple(tuple(sorted(row[name])) for name in ("role_ids", "group_ids", "skill_ids"))
            wait = timedelta(days=7, hours=-4) if key in told else timedelta(hours=20)
            before = self._agents.get(key)
            if before is None or now - before[0] >= wait or (key in told and state != before[1]):
                self.credits["agents"] += 1
                self._agents[key] = now, state


def listed_groups(world: World) -> list[list[int]]:
    """The members of each group with any, if a list for each costs less than it spares."""
    groups = [row["agent_ids"] for row in world.truth_groups().values() if row["agent_ids"]]
    return groups if 7 * len(groups) < 6 * len({each for members in groups for each in members}) else []


def pages(rows: int) -> int:
    """Calls for so many rows."""
    return max(1, math.ceil(rows / PER_PAGE))


def _said(rows: Mapping[int, Row], count: str) -> set[int]:
    """The rows in which something is said to be."""
    return {key for key, row in rows.items() if row[count]}


def _shelf(row: Row) -> str:
    return "deleted" if row["deleted"] else "spam" if row["spam"] else "live"


def _moment(row: Row) -> datetime:
    return datetime.fromisoformat(row["updated_at"])
