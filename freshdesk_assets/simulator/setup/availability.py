"""Who is available, by channel, and how much each has in hand (accounts with Omni routing only).

What an agent has in hand is counted from the tickets at each read; the rest stays until somebody changes it.
"""

from collections import Counter

from freshdesk_assets.simulator.state import Agent, Row, State
from freshdesk_assets.simulator.statuses import SOLVED

QUEUES = ("Email queue", "Messaging queue", "freshdesk")
EMAIL = QUEUES[0]


def found_availability(state: State) -> None:
    """Nobody has changed anything yet."""
    state.tables["availability"] = {}


def loads(state: State) -> Counter[int]:
    """Unresolved tickets of each agent."""
    live = (state.tickets[number].row for _, number in state.shelves["live"].updated_at)
    return Counter(row["responder_id"] for row in live if row["status"] not in SOLVED)


def readings(state: State) -> list[Row]:
    """The availability of all agents, by name."""
    in_hand, routed = loads(state), agents_with_routing(state)
    found = sorted(state.agents.values(), key=by_name)
    return [availability(state, each, in_hand[each.row["id"]], routed) for each in found]


def by_name(agent: Agent) -> tuple[str, int]:
    """The order of lists of agents."""
    return (agent.row["contact"]["name"].casefold(), agent.row["id"])


def agents_with_routing(state: State) -> set[int]:
    """Those in a group that hands tickets out by itself."""
    groups = state.tables["groups"].values()
    return {
        each for row in groups if row["automatic_agent_assignment"]["enabled"] for each in row["agent_ids"]
    }


def availability(state: State, agent: Agent, in_hand: int, routed: set[int]) -> Row:
    """One agent: the person in two places, and a row for each queue."""
    row, number = agent.row, agent.row["id"]
    contact = row["contact"]
    changed = state.tables["availability"].get(number, {})
    at = changed.get("at", row["available_since"] or row["created_at"])
    available = changed.get("available", row["available"])
    queues = QUEUES if number % 3 else QUEUES[2:]
    return {
        "id": number,
        "user_data": {
            "user": {
                "id": number, "name": contact["name"], "email": contact["email"],
                "language": contact["language"], "time_zone": contact["time_zone"],
                "job_title": contact["job_title"], "deleted": False,
                "contact_type": "contact", "other_phone_numbers": None, "created_at": contact["created_at"],
                "updated_at": contact["updated_at"],
            },
        },
        "contact": {"name": contact["name"], "email": contact["email"], "avatar": None},
        "availability": {
            "agent_ref": f"https://demo.freshdesk.com/api/v2/agents/{number}",
            "channel_availability": [
                {
                    "assignment_limit": changed.get("assignment_limit", 3 + number % 8),
                    "current_assignment_load": in_hand if queue == queues[0] else 0,
                    "available": available and queue == queues[0],
                    "channel": queue,
                    "logged_in": available or number % 2 == 0,
                    "round_robin_enabled": number in routed,
                    "availability_updated_at": at,
                    "status_id": changed.get("status_id", 1_294_529 + number % 3 if number % 4 else None),
                    **({"pause_assignment": number % 5 == 0} if queue == EMAIL else {}),
                }
                for queue in queues
            ],
            "status_updated_at": at if number % 4 else None,
        },
        "deactivated": row["deactivated"],
        "availability_control": "agent_controlled",
        "legacy_routing": number % 6 == 0,
    }  # fmt: skip
