"""A request as the endpoints see it: known ids, known parameters, one page of rows.

Parameters are strict: an unknown one, or a value outside its range, is a 400 (docs/freshdesk_api.md, 1.6).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from freshdesk_assets.simulator.clock import earliest_stamp
from freshdesk_assets.simulator.refusals import invalid_value, unexpected_field
from freshdesk_assets.simulator.state import Row, State

T = TypeVar("T")

DEFAULT_PER_PAGE = 30
MAX_PER_PAGE = 100
PAGING = ("page", "per_page")


@dataclass(slots=True, kw_only=True)
class Switches:
    """How this account differs from the usual one; change them while it serves."""

    # The API key that logs in; any password goes with it.
    key: str = "demo-key"
    # False: the key belongs to an agent who is no administrator. Endpoints for administrators answer 403.
    admin: bool = True
    # Path templates that answer 403 access_denied, for example "roles" or "tickets/{id}/conversations".
    forbidden: set[str] = field(default_factory=set)
    # Features that the plan does not have: "Surveys", "Archive Tickets", and those named in routes.py.
    missing_features: set[str] = field(default_factory=set)
    # Whether the plan has custom objects, which few have.
    custom_objects: bool = False
    # Whether the account has the daily export of ticket activities, which no new one gets.
    ticket_activities: bool = False
    # Days of which that export has no file yet, as "2026-01-31".
    late_exports: set[str] = field(default_factory=set)
    # (path template, parameter) pairs refused with 400, for example ("contacts", "_updated_since").
    rejected_params: set[tuple[str, str]] = field(default_factory=set)
    # 403 or 404 on accounts without the groups of 2021 (docs/freshdesk_api.md, 4.11).
    admin_groups_status: int = 200
    # Whether rows under filter=deleted say `deleted: true`; not established (docs/freshdesk_api.md, 4.1).
    deleted_key: bool = True
    # Whether a view of a ticket has `urgent`, as on old accounts (docs/freshdesk_api.md, 4.2).
    urgent_key: bool = False
    # Which path has the skills: "admin/skills", "skills" with the old Omni routing, or "both".
    skills_path: str = "admin/skills"
    # Lists that come inside an object under this key: of "rules", "skills", "sections"; others are bare.
    wrapped_lists: set[str] = field(default_factory=lambda: {"rules"})
    # Path templates whose rows have their id as a text, for example "business_hours".
    quoted_ids: set[str] = field(default_factory=set)
    # "omni", or "classic": then no agent's availability is listed.
    routing: str = "omni"
    # What a ticket's own URL answers once archived; not established (docs/freshdesk_api.md, 4.2): "missing",
    # "redirect" to the archive, the ticket "flagged" as archived, or the "plain" ticket.
    archived_view: str = "missing"
    # "plain" as live accounts send it, or "docs" with the blanks shown there (docs/freshdesk_api.md, 3.2).
    link_style: str = "plain"
    # How many seconds the header Date is ahead of the account's clock; None: there is no such header.
    date_ahead: float | None = 0.0
    # How long each reply takes at least.
    latency_ms: float = 0.0
    # What a 429 says; not established, so odd on purpose.
    throttled_body: bytes = b"<slow down>"


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, and whether another follows."""

    rows: Sequence[Row]
    more: bool
    # The key under which an object holds the list, and what it holds beside it; a bare list has none.
    key: str = ""
    beside: Row = field(default_factory=dict)

    def wrapping(self, rows: bytes) -> bytes:
        """The reply's text: the rows' own, inside an object if there is a key."""
        if not self.key:
            return rows
        beside = msgspec.json.encode(self.beside)[1:-1]
        return b'{"%s":%s%s}' % (self.key.encode(), rows, b"," + beside if beside else b"")


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to one endpoint."""

    world: State
    switches: Switches
    id: int = 0
    language: str | None = None
    query: dict[str, str] = field(default_factory=dict)

    @property
    def page(self) -> int:
        """Which page is asked for, from 1."""
        return self.positive("page", 1)

    @property
    def per_page(self) -> int:
        """How many rows a page has."""
        size = self.positive("per_page", DEFAULT_PER_PAGE)
        if size > MAX_PER_PAGE:
            raise invalid_value("per_page", f"a number no greater than {MAX_PER_PAGE}")
        return size

    def positive(self, name: str, default: int) -> int:
        """A parameter that counts from 1."""
        given = self.query.get(name, str(default))
        if not (given.isascii() and given.isdigit() and int(given) > 0):
            raise invalid_value(name, "a positive integer")
        return int(given)

    def number(self, name: str) -> int | None:
        """A parameter that is an id."""
        return self.positive(name, 1) if name in self.query else None

    def choice(self, name: str, choices: Collection[str], default: str) -> str:
        """A parameter that takes one of a few words."""
        given = self.query.get(name, default)
        if given not in choices and name in self.query:
            raise invalid_value(name, f"one of these values: '{','.join(choices)}'")
        return given

    def flag(self, name: str) -> bool | None:
        """A parameter that is true or false."""
        return self.choice(name, ("true", "false"), "") == "true" if name in self.query else None

    def includes(self, known: Collection[str]) -> list[str]:
        """What `include` asks for."""
        asked = [name for name in self.query.get("include", "").split(",") if name]
        for name in asked:
            if name not in known:
                raise invalid_value("include", f"one of these values: '{','.join(known)}'")
        return list(dict.fromkeys(asked))

    def since(self, *names: str) -> str | None:
        """The first of the named parameters that is given, as a stamp."""
        for name in names:
            if name in self.query:
                try:
                    return earliest_stamp(self.query[name])
                except (ValueError, OverflowError) as error:
                    raise invalid_value(name, "in the 'combined date and time ISO8601' format") from error
        return None

    def page_of(self, found: Sequence[T], shown: Callable[[T], Row]) -> Page:
        """The asked page of what was found, each row as it is shown."""
        start, size = (self.page - 1) * self.per_page, self.per_page
        rows = [shown(item) for item in found[start : start + size]]
        return Page(rows, more=len(found) > start + size)


def checked_query(query: Mapping[str, str], allowed: Collection[str]) -> dict[str, str]:
    """The parameters, all of them known."""
    for name in query:
        if name not in allowed:
            raise unexpected_field(name)
    return dict(query)
