"""Which tickets GET /tickets finds, in which order, and where a page starts.

A page in the order that clients should use, updated_at ascending from an updated_since, costs a binary search
and a slice.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta

from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.clock import stamp
from freshdesk_assets.simulator.payloads import ticket_in_list
from freshdesk_assets.simulator.refusals import page_too_far
from freshdesk_assets.simulator.state import Row

Condition = Callable[[Row], bool]

LIST_INCLUDES = ("stats", "requester", "description", "company")
FILTERS = ("new_and_my_open", "watching", "spam", "deleted", "all_tickets")
ORDERS = ("created_at", "due_by", "updated_at", "status")
LAST_PAGE = 300
DEFAULT_WINDOW = timedelta(days=30)


def tickets(call: Call) -> Page:
    """GET /tickets (docs/freshdesk_api.md, 4.1)."""
    includes = call.includes(LIST_INCLUDES)
    if call.page > LAST_PAGE:
        raise page_too_far()
    world, deleted_key = call.world, call.switches.deleted_key
    return call.page_of(
        found_entries(call),
        lambda entry: ticket_in_list(world, world.tickets[entry[1]], includes, deleted_key=deleted_key),
    )


def found_entries(call: Call) -> Sequence[tuple[str, int]]:
    """(stamp, id) of all tickets the query finds, in its order."""
    chosen = call.choice("filter", FILTERS, "")
    shelf = call.world.shelves[chosen if chosen in ("spam", "deleted") else "live"]
    since = call.since("updated_since")
    order = call.choice("order_by", ORDERS, "created_at")
    descending = call.choice("order_type", ("asc", "desc"), "desc") == "desc"
    wanted = conditions(call, chosen)
    if order == "updated_at" and since and not wanted:
        entries = shelf.updated_at[bisect_left(shelf.updated_at, (since, 0)) :]
        return entries[::-1] if descending else entries
    # Without updated_since only tickets created in the last 30 days are found (docs/freshdesk_api.md, 4.1).
    oldest = "" if since else stamp(call.world.clock.now() - DEFAULT_WINDOW)
    if order == "created_at" and not since and not wanted:
        entries = shelf.created_at[bisect_left(shelf.created_at, (oldest, 0)) :]
        return entries[::-1] if descending else entries
    entries = shelf.updated_at if order == "updated_at" else shelf.created_at
    rows = [call.world.tickets[number].row for _, number in entries]
    found = [
        row
        for row in rows
        if row["updated_at"] >= (since or "")
        and row["created_at"] >= oldest
        and all(condition(row) for condition in wanted)
    ]
    if order in ("due_by", "status"):
        found.sort(key=lambda row: (row[order] is not None, row[order], row["id"]))
    if descending:
        found.reverse()
    return [(row["updated_at"], row["id"]) for row in found]


def conditions(call: Call, chosen: str) -> list[Condition]:
    """What a row must fulfil besides its stamps."""
    wanted: list[Condition] = []
    for name in ("requester_id", "company_id"):
        number = call.number(name)
        if number is not None:
            wanted.append(is_one_of(name, [number]))
    for name in ("email", "unique_external_id"):
        if name in call.query:
            everybody = map(call.world.person, [*call.world.contacts, *call.world.agents])
            people = [person["id"] for person in everybody if person and person.get(name) == call.query[name]]
            wanted.append(is_one_of("requester_id", people))
    if chosen == "new_and_my_open":
        wanted += [is_one_of("status", [2]), is_one_of("responder_id", [None, *call.world.agent_pool[:1]])]
    if chosen == "watching":
        # No agent watches a ticket in this account.
        wanted.append(is_one_of("id", []))
    return wanted


def is_one_of(key: str, values: Collection[int | None]) -> Condition:
    """The row's value is among these."""
    return lambda row: row[key] in values
