"""A sync's credits beside the least that any client of this API could spend: `python -m benchmarks.credits`.

The floor is counted from the simulated account's own rows, never from our code. It is pages of a hundred
changed rows, a call for each changed ticket that has conversations, and a call for each changed contact and
agent.
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
}
"""Lists that cannot be asked for changes, each with the simulator's name of its rows."""


def main() -> None:
    """Three syncs: everything, a day's changes, nothing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=5_000)
    options = parser.parse_args()
    with replica(tickets=options.tickets, plan="unlimited", days_behind=1) as account:
        print(f"{options.tickets:,} tickets; {conditions()}")
        seen = measure(account, "First sync", "", look_back=None)
        account.server.world.day_of_changes()
        seen = measure(account, "Sync after a day of changes", seen, look_back=timedelta(days=14))
        measure(account, "Sync again at once", seen, look_back=timedelta(days=1), daily=False)


def measure(
    account: Replica, title: str, since: str, look_back: timedelta | None, *, daily: bool = True
) -> str:
    """Sync, and print its credits beside the floor; returns the time up to which the account was read."""
    world, meter = account.server.world, account.server.meter
    now = world.clock.stamp()
    start = stamp(account.start)
    read_again = stamp(moment(since) - look_back) if look_back else start
    least = floor(world, since, max(since, start), read_again, daily=daily)
    planned, asking = foreseen(account)
    said = talk(world)
    silent = sum(not said[row["id"]] for row in changed_tickets(world, max(since, start)))
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
    floor_total += silent
    label = f"with {silent:,} tickets that have no conversations"
    rows.append((label, None, meter.credits, floor_total, ratio(meter.credits, floor_total)))
    show(title, ("path", "calls", "credits", "floor", "ratio"), rows)
    return now


def foreseen(account: Replica) -> tuple[int, int]:
    """The credits that `freshdesk-assets plan` foresees for the sync, and those that planning cost."""
    account.server.meter.reset()
    said = re.search(r"^ *all +[\d,]+ +([\d,]+)", account.command("plan").output, re.MULTILINE)
    if said is None:
        raise RuntimeError("the plan has no line for all")
    return int(said[1].replace(",", "")), account.server.meter.credits


def floor(world: World, since: str, tickets_since: str, read_again: str, *, daily: bool) -> Mapping[str, int]:
    """The least credits for what changed, by path, with a hundred rows per page of a list.

    daily: the sync asks for the roles of every agent, by lists for groups where they are fewer. A first sync
    asks for each agent, for what nothing else shows.
    """
    tickets = changed_tickets(world, tickets_since)
    said = talk(world)
    shelves = Counter("deleted" if row["deleted"] else "spam" if row["spam"] else "live" for row in tickets)
    contacts = [row for row in world.truth_contacts().values() if row["updated_at"] >= since]
    states = Counter(row["state"] for row in contacts)
    agents = world.truth_agents()
    members = [row["agent_ids"] for row in world.truth_groups().values() if row["agent_ids"]]
    listed = len(members) if len(members) < len({each for of in members for each in of}) else 0
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
        "agents": pages(len(agents)),
        "agents/{id}": len(agents) if daily and not (since and listed) else 0,
        GROUP_AGENTS: listed if daily and since else 0,
        "companies": pages(sum(row["updated_at"] >= since for row in world.truth_companies().values())),
        "time_entries": pages(
            sum(row["executed_at"] >= read_again for row in world.truth("time_entries").values())
        ),
        "surveys/satisfaction_ratings": pages(
            sum(row["created_at"] >= read_again for row in world.truth("satisfaction_ratings").values())
        ),
        **{path: pages(len(world.truth(resource))) for path, resource in ALWAYS_WHOLE.items()},
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
