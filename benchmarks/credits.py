"""A sync's credits beside the least that any client of this API could spend: `python -m benchmarks.credits`.

The floor is counted from the simulated account's own rows, never from our code. It is pages of a hundred
changed rows, a call for each changed ticket that has conversations or children, and one for each changed
contact. It is also a call for each object of the set-up, form, group with agents, and folder that has
something in it. An agent's own call counts where no group's list tells the same.
"""

import argparse
import math
import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta

from benchmarks.replica import Replica, conditions, replica, show
from freshdesk_assets.simulator.clock import moment, stamp
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.world import World

PER_PAGE = 100
TICKET_PAGE = 5
"""Credits of a page of tickets with two includes, description and stats."""

CONVERSATIONS = "tickets/{id}/conversations"
GROUP_AGENTS = "admin/groups/{id}/agents"
ALWAYS_WHOLE = {
    "admin/groups": "groups",
    "roles": "roles",
    "products": "products",
    "email/mailboxes": "mailboxes",
    "sla_policies": "sla_policies",
    "business_hours": "business_hours",
    "surveys": "surveys",
    "ticket_fields": "ticket_fields",
    "contact_fields": "contact_fields",
    "company_fields": "company_fields",
    "scenario_automations": "scenario_automations",
    "admin/skills": "skills",
    "ticket-forms": "ticket_forms",
    "canned_response_folders": "canned_response_folders",
    "solutions/categories": "solution_categories",
}
"""Lists that cannot be asked for changes, each with the simulator's name of its rows."""

OBJECTS = (
    "account",
    "settings/helpdesk",
    "email/settings",
    "notifications/email/bcc",
    "admin/ticket_fields",
    "automations/1/rules",
    "automations/3/rules",
    "automations/4/rules",
)
"""Objects, and short lists: a call each."""

PARENTS, CHILDREN = (1, 3), (2, 4)
"""Kinds of associated tickets, by association_type: the list of a parent or tracker tells both sides."""


def main() -> None:
    """Three syncs: everything, a day's changes, nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=5_000)
    options = parser.parse_args()
    with replica(tickets=options.tickets, plan="unlimited", days_behind=1) as account:
        print(f"{options.tickets:,} tickets; {conditions()}")
        seen = measure(account, "First sync", "", look_back=None)
        known = of_agents(account.server.world)
        account.server.world.day_of_changes()
        seen = measure(
            account, "Sync after a day of changes", seen, look_back=timedelta(days=14), known=known
        )
        measure(account, "Sync again at once", seen, look_back=timedelta(days=1), daily=False)


def measure(
    account: Replica,
    title: str,
    since: str,
    look_back: timedelta | None,
    *,
    daily: bool = True,
    known: Mapping[int, object] | None = None,
) -> str:
    """Sync, and print its credits beside the floor; returns the time when it had ended."""
    world, meter = account.server.world, account.server.meter
    start = stamp(account.start)
    read_again = stamp(moment(since) - look_back) if look_back else start
    least = floor(world, since, max(since, start), read_again, daily=daily, known=known or {})
    planned, asking = foreseen(account)
    said = talk(world)
    changed = changed_tickets(world, max(since, start))
    silent = sum(not said[row["id"]] for row in changed)
    children = sum(row["association_type"] in CHILDREN for row in changed)
    meter.reset()
    account.sync()
    spent, calls = meter.credits_by_path, meter.calls
    rows: list[tuple[object, ...]] = [
        (path, calls[path], spent[path], least.get(path, 0), ratio(spent[path], least.get(path, 0)))
        for path in sorted({*spent, *least}, key=lambda path: -spent[path])
    ]
    floor_total = sum(least.values())
    rows.append(("all", meter.requests, meter.credits, floor_total, ratio(meter.credits, floor_total)))
    rows.append(("planned, and what that cost", None, planned, asking, ratio(meter.credits, planned)))
    floor_total += silent + children
    label = f"with {silent:,} tickets that have no conversations, {children:,} that are children"
    rows.append((label, None, meter.credits, floor_total, ratio(meter.credits, floor_total)))
    show(title, ("path", "calls", "credits", "floor", "ratio"), rows)
    return world.clock.stamp()


def foreseen(account: Replica) -> tuple[int, int]:
    """The credits that `freshdesk-assets plan` foresees for the sync, and those that planning cost."""
    account.server.meter.reset()
    said = re.search(r"^ *all +[\d,]+ +([\d,]+)", account.command("plan").output, re.MULTILINE)
    if said is None:
        raise RuntimeError("the plan has no line for all")
    return int(said[1].replace(",", "")), account.server.meter.credits


def floor(
    world: World,
    since: str,
    tickets_since: str,
    read_again: str,
    *,
    daily: bool,
    known: Mapping[int, object],
) -> Mapping[str, int]:
    """The least credits for what changed, by path, with a hundred rows per page of a list.

    - daily: the sync asks for the roles of every agent, by lists for groups where they are fewer. A first
      sync asks for each agent, for what nothing else shows.
    - known: what was known of each agent before.
    """
    tickets = changed_tickets(world, tickets_since)
    said = talk(world)
    shelves = Counter("deleted" if row["deleted"] else "spam" if row["spam"] else "live" for row in tickets)
    contacts = [row for row in world.truth_contacts().values() if row["updated_at"] >= since]
    states = Counter(row["state"] for row in contacts)
    agents = world.truth_agents()
    members = [row["agent_ids"] for row in world.truth_groups().values() if row["agent_ids"]]
    told = {each for of in members for each in of}
    if len(members) >= len(told):
        members, told = [], set[int]()
    unknown = {key for key, state in of_agents(world).items() if key not in told or known.get(key) != state}
    return {
        "tickets": sum(
            TICKET_PAGE * pages(shelves[shelf]) if shelves[shelf] else 1
            for shelf in ("live", "spam", "deleted")
        ),
        CONVERSATIONS: sum(pages(said[row["id"]]) for row in tickets if said[row["id"]]),
        "contacts": pages(states["verified"] + states["unverified"])
        + pages(states["blocked"])
        + pages(states["deleted"]),
        "contacts/{id}": len(contacts),
        # A second list has who is available.
        "agents": 2 * pages(len(agents)),
        "agents/{id}": len(unknown) if daily else 0,
        GROUP_AGENTS: len(members) if daily else 0,
        "companies": pages(sum(row["updated_at"] >= since for row in world.truth_companies().values())),
        "time_entries": pages(
            sum(row["executed_at"] >= read_again for row in world.truth("time_entries").values())
        ),
        "surveys/satisfaction_ratings": pages(
            sum(row["created_at"] >= read_again for row in world.truth("satisfaction_ratings").values())
        ),
        "tickets/{id}/associated_tickets": sum(row["association_type"] in PARENTS for row in tickets),
        **{path: pages(len(world.truth(resource))) for path, resource in ALWAYS_WHOLE.items()},
        **dict.fromkeys(OBJECTS, 1),
        **trees(world),
    }


def trees(world: World) -> dict[str, int]:
    """The credits of lists in lists: one for each category and form, and folder that has something in it."""
    folders = world.truth("solution_folders").values()
    articles = Counter(row["folder_id"] for row in world.truth("solution_articles").values())
    canned = Counter(row["folder_id"] for row in world.truth("canned_responses").values())
    return {
        "solutions/categories/{id}/folders": len(world.truth("solution_categories")),
        "solutions/folders/{id}/subfolders": len({row.get("parent_folder_id") for row in folders} - {None}),
        "solutions/folders/{id}/articles": sum(map(pages, articles.values())),
        "canned_response_folders/{id}/responses": len(canned),
        "ticket-forms/{id}": len(world.truth("ticket_forms")),
    }


def of_agents(world: World) -> dict[int, object]:
    """What only an agent's own call shows, by agent."""
    return {
        key: tuple(tuple(sorted(row[name])) for name in ("role_ids", "group_ids", "skill_ids"))
        for key, row in world.truth_agents().items()
    }


def changed_tickets(world: World, since: str) -> list[Row]:
    """Changed tickets that a list shows; no list shows archived ones."""
    return [
        row for row in world.truth_tickets().values() if row["updated_at"] >= since and not row["archived"]
    ]


def talk(world: World) -> Counter[int]:
    """The number of conversations of each ticket."""
    return Counter(row["ticket_id"] for row in world.truth_conversations().values())


def pages(rows: int) -> int:
    """Calls for a number of rows; an empty list takes one call too."""
    return max(1, math.ceil(rows / PER_PAGE))


def ratio(spent: int, least: int) -> float | None:
    """How many times the least was spent."""
    return spent / least if least else None


if __name__ == "__main__":
    main()
