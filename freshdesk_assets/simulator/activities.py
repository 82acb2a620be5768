"""The export of a day's activities: a link to a file with every change of every ticket.

Accounts of before October 2023 may have it. The times in the file are written as nowhere else. A day can be
asked for once it is over, and for thirty days.
"""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from freshdesk_assets.simulator.calls import Call
from freshdesk_assets.simulator.clock import moment
from freshdesk_assets.simulator.endpoints import Endpoint
from freshdesk_assets.simulator.files import EXPORT
from freshdesk_assets.simulator.payloads import signed
from freshdesk_assets.simulator.refusals import feature_required, invalid_value, not_found
from freshdesk_assets.simulator.state import Row, State
from freshdesk_assets.simulator.truth.lives import status_labels

KEPT = timedelta(days=30)
WRITTEN = "%d-%m-%Y %H:%M:%S %z"
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def activities(state: State) -> dict[tuple[int, str], Row]:
    """Every change of every ticket by ticket and stamp, those of one second in one row."""
    labels = status_labels(state)
    found: dict[tuple[int, str], Row] = {}
    for ticket in state.tickets.values():
        tags: list[str] = []
        performer: int = ticket.row["requester_id"]
        for at, kind, value in ticket.journal:
            activity = told(state, labels, kind, value, tags)
            if activity:
                row = found.setdefault((ticket.id, at), new_row(ticket.id, performer, at))
                row["activity"] |= activity
            tags = value if kind == "tags" else tags
            performer = value or performer if kind == "responder_id" else performer
    return found


def told(state: State, labels: dict[int, str], kind: str, value: Any, tags: list[str]) -> Row:
    """One line of a journal in the words of the export."""
    match kind:
        case "status":
            return {"status": labels.get(value, str(value))}
        case "group_id":
            group = state.tables["groups"].get(value) or state.former_groups.get(value)
            return {"group": group["name"] if group else None}
        case "responder_id":
            return {"agent_id": value}
        case "type":
            return {"ticket_type": value}
        case "tags":
            added, removed = (
                [tag for tag in value if tag not in tags],
                [tag for tag in tags if tag not in value],
            )
            return ({"added_tags": added} if added else {}) | ({"removed_tags": removed} if removed else {})
    return {kind: value}


def new_row(ticket_id: int, performer: int, at: str) -> Row:
    """An activity of which nothing is told yet.

    Journals do not know who did what, so the performer is who had the ticket then.
    """
    return {
        "performed_at": moment(at).strftime(WRITTEN),
        "ticket_id": ticket_id,
        "performer_type": "user",
        "performer_id": performer,
        "activity": {},
    }


def export_of(state: State, day: str) -> bytes:
    """The file of a day."""
    with state.lock:
        rows = [row for (_, at), row in sorted(activities(state).items(), key=by_time) if at[:10] == day]
    first = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    metadata = {
        "start_at": first.strftime(WRITTEN),
        "end_at": (first + timedelta(days=1, seconds=-1)).strftime(WRITTEN),
        "activities_count": len(rows),
    }
    return msgspec.json.encode({"metadata": metadata, "activities_data": rows})


def by_time(item: tuple[tuple[int, str], Row]) -> tuple[str, int]:
    """Oldest first."""
    (number, at), _ = item
    return at, number


def ticket_activities(call: Call) -> Row:
    """Where the file of a day is, in an object."""
    if not call.switches.ticket_activities:
        raise feature_required("Ticket Activities Export")
    given = call.query.get("created_at", "")
    if not DAY.fullmatch(given):
        raise invalid_value("created_at", "in the 'YYYY-MM-DD' format")
    try:
        day = date.fromisoformat(given)
    except ValueError as error:
        raise invalid_value("created_at", "in the 'YYYY-MM-DD' format") from error
    today = call.world.clock.now().date()
    if not today - KEPT <= day < today or given in call.switches.late_exports:
        raise not_found()
    address = f"https://demo.exports.freshdesk.example/{EXPORT}/{given}/export.json"
    return {"export": {"url": signed(call.world, {"attachment_url": address})["attachment_url"]}}


ACTIVITIES = (
    Endpoint(path="export/ticket_activities", answer=ticket_activities, params=("created_at",), admin=True),
)
