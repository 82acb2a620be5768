"""The tickets an account has gathered by the time somebody connects to it."""

import random

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.actors import note_response
from freshdesk_assets.simulator.clock import epoch, epoch_stamp
from freshdesk_assets.simulator.conversations import attachment, authorship, conversation_kind, past_agent
from freshdesk_assets.simulator.fields import SOURCES, TICKET_TYPES, custom_values
from freshdesk_assets.simulator.state import Row, State, Ticket
from freshdesk_assets.simulator.statuses import CLOSED, OPEN, RESOLVED, SOLVED, enter_status

DAY = 86_400
# A survey answer moves its ticket this many seconds later (docs/freshdesk_api.md, 5.1).
SURVEY_DELAY = 8
STATS = (
    "agent_responded_at",
    "requester_responded_at",
    "first_responded_at",
    "status_updated_at",
    "reopened_at",
    "resolved_at",
    "closed_at",
    "pending_since",
)
RESOLUTION_SECONDS = {1: 259_200, 2: 86_400, 3: 28_800, 4: 14_400}
ALL_SOURCES = tuple(SOURCES.values())
WEB_CHAT_SOURCES = (15, 21)
RATINGS = (103, 102, 101, 100, -101, -102, -103)


def new_ticket(state: State, rng: random.Random, at: int, requester_id: int) -> Ticket:
    """A ticket at the second of its creation; not yet in any list."""
    ticket_id = state.next_id("tickets")
    contact = state.contacts.get(requester_id)
    source = (
        ALL_SOURCES[ticket_id // 3 % len(ALL_SOURCES)] if ticket_id % 3 == 0 else (1, 2, 1, 3)[ticket_id % 4]
    )
    kind = None if ticket_id % 14 == 2 else TICKET_TYPES[int(rng.random() * 5)]
    if ticket_id % 97 == 5:
        kind = "Service Task"
    priority = (1, 1, 2, 2, 3, 4)[int(rng.random() * 6)]
    mailboxes = list(state.tables["mailboxes"].values())
    mailbox = mailboxes[int(rng.random() * len(mailboxes))] if source == 1 and mailboxes else None
    groups, agents, products = list(state.tables["groups"]), state.agent_pool, list(state.tables["products"])
    assigned = rng.random()
    created_at = epoch_stamp(at)
    service_task = kind == "Service Task"
    plain = words.text(rng, 1 + int(rng.random() * 4))
    seeded = ticket_id <= 5
    blank: list[str] | None = None if seeded else []
    row: Row = {
        "cc_emails": ["carbon@example.com", '"Zoë" <zoe@example.com>'] if ticket_id % 7 == 3 else blank,
        "fwd_emails": ["supplier@other.example"] if ticket_id % 29 == 6 else blank,
        "reply_cc_emails": ["carbon@example.com"] if ticket_id % 7 == 3 else blank,
        "ticket_cc_emails": ["carbon@example.com"] if ticket_id % 7 == 3 else blank,
        "ticket_bcc_emails": ["archive@demo.example"] if ticket_id % 31 == 6 else blank,
        "fr_escalated": False,
        "spam": False,
        "email_config_id": mailbox["id"] if mailbox else None,
        "group_id": groups[int(rng.random() * len(groups))] if assigned > 0.2 and groups else None,
        "priority": priority,
        "requester_id": requester_id,
        "responder_id": agents[int(rng.random() * len(agents))] if assigned > 0.35 and agents else None,
        "source": source,
        "company_id": contact.row["company_id"] if contact else None,
        "status": 2,
        "subject": words.SUBJECTS[int(rng.random() * len(words.SUBJECTS))] if ticket_id % 41 else None,
        "association_type": None,
        "support_email": mailbox["support_email"] if mailbox else None,
        "to_emails": [mailbox["support_email"]] if mailbox else None,
        "product_id": products[ticket_id % len(products)] if ticket_id % 6 == 0 and products else None,
        "id": ticket_id,
        "type": kind,
        "due_by": None if service_task else epoch_stamp(at + RESOLUTION_SECONDS[priority]),
        "fr_due_by": None if service_task else epoch_stamp(at + RESOLUTION_SECONDS[priority] // 4),
        "is_escalated": False,
        "custom_fields": custom_values(rng),
        "created_at": created_at,
        "updated_at": epoch_stamp(at + ticket_id % 4),
        "associated_tickets_count": None,
        "nr_due_by": None,
        "nr_escalated": False,
        "tags": rng.sample(words.TAGS, k=1 + ticket_id % 3) if ticket_id % 5 == 0 else [],
        "sentiment_score": ticket_id % 100 if ticket_id % 9 == 0 else None,
        "initial_sentiment_score": ticket_id % 80 if ticket_id % 9 == 0 else None,
        "structured_description": None,
    }
    if source in WEB_CHAT_SOURCES:
        row["structured_description"] = {
            "description_contents": [{"type": "text", "data": {"content": plain}}],
        }
    for known in state.added_ticket_fields:
        row["custom_fields"].setdefault(known, None)
    for gone in state.removed_ticket_fields:
        row["custom_fields"].pop(gone, None)
    return Ticket(
        row=row,
        stats=dict.fromkeys(STATS),
        description=words.html(plain),
        description_text=plain,
        attachments=[attachment(43_700_000_000_000 + ticket_id, created_at)] if ticket_id % 12 == 8 else [],
        view_only={
            "source_additional_info": {"location": "Graz"} if source in WEB_CHAT_SOURCES else None,
            "associated_tickets_list": [],
            "internal_agent_id": agents[0] if ticket_id % 22 == 0 else None,
            "internal_group_id": groups[0] if ticket_id % 22 == 0 and groups else None,
            "form_id": 43_000_970_001 if ticket_id % 10 == 0 else None,
        },
    )


def found_tickets(state: State, *, count: int, days: int) -> None:
    """Fill the account with tickets created over the last `days`, and a few older, archived ones."""
    rng = state.rng
    now = epoch(state.clock.stamp())
    archived = count // 40
    older = sorted(now - (days + 130) * DAY - int(rng.random() * 200 * DAY) for _ in range(archived))
    recent = sorted(now - 3600 - int(rng.random() * (days * DAY - 3600)) for _ in range(count - archived))
    requesters, agents = state.contact_pool, state.agent_pool
    for position, at in enumerate([*older, *recent]):
        # An agent can be a requester: the two share one id space (docs/freshdesk_api.md, 5.5).
        pool = agents if position % 83 == 3 else requesters
        ticket = new_ticket(state, rng, at, pool[int(rng.random() * len(pool))])
        ticket.archived = position < archived
        ticket.deleted = ticket.id % 50 == 29
        ticket.row["spam"] = ticket.id % 50 == 9
        if ticket.archived:
            live_through(state, rng, ticket, at, at + 9 * DAY)
            enter_status(ticket, CLOSED, ticket.row["updated_at"])
        elif ticket.id % 6 != 1:
            live_through(state, rng, ticket, at, now)
        state.add_ticket(ticket)
    associate(state, count)


def live_through(state: State, rng: random.Random, ticket: Ticket, at: int, now: int) -> None:
    """Let people work on a ticket between two epoch seconds; the last thing said moves updated_at."""
    last = at + 60 + int(rng.random() ** 2 * (now - at - 120))
    conversations = 0 if ticket.id % 17 == 4 else 1 + int(rng.random() ** 2 * 10)
    if ticket.id % 400 == 47:
        conversations = 101 + int(rng.random() * 250)
    script = sorted(
        (at + 30 + int(rng.random() * (last - at - 30)), conversation_kind(rng)) for _ in range(conversations)
    )
    if script:
        script[-1] = (last, script[-1][1])
        ticket.script = tuple(script)
        ticket.script_people = (ticket.row["requester_id"], ticket.row["responder_id"])
        ticket.first_conversation_id = state.next_id("conversations", conversations)
    row = ticket.row
    ticket.record(row["created_at"])
    hear(state, ticket)
    moved = min(now, last + (int(rng.random() * 7200) if rng.random() < 0.3 or not script else 0))
    row["updated_at"] = epoch_stamp(moved)
    status = (2, 3, 4, 4, 5, 5, 6, 7, 8)[int(rng.random() * 9)]
    if not script and status == OPEN:
        status = 6
    if status in SOLVED and ticket.id % 11 == 0:
        enter_status(ticket, RESOLVED, epoch_stamp((at + last - 20) // 2))
        enter_status(ticket, OPEN, epoch_stamp(last - 20))
    if status == CLOSED and ticket.id % 2 and moved - last > 1:
        enter_status(ticket, RESOLVED, epoch_stamp((last + moved) // 2))
    enter_status(ticket, status, epoch_stamp(moved))
    if status in SOLVED:
        if ticket.id % 4 == 0 and moved + 70 < now:
            new_rating(state, rng, ticket, moved + 50)
            row["updated_at"] = epoch_stamp(moved + 50 + SURVEY_DELAY)
    elif row["due_by"] and row["due_by"] < row["updated_at"]:
        row["is_escalated"] = row["fr_escalated"] = True
        row["nr_due_by"], row["nr_escalated"] = row["due_by"], ticket.id % 2 == 0
    if ticket.id % 8 == 2 and state.agent_pool:
        new_time_entry(state, rng, ticket, last)


def hear(state: State, ticket: Ticket) -> None:
    """Set the stats that a ticket's scripted conversations set; these are made only when they are read."""
    if not ticket.script:
        return
    requester_id, agent_id = ticket.script_people
    if requester_id in state.agents_ever:
        agent_id = past_agent(state, ticket)
    for position, (second, kind) in enumerate(ticket.script):
        wrote = authorship(requester_id, agent_id, kind, ticket.first_conversation_id + position)
        note_response(state, ticket, wrote, epoch_stamp(second))


def new_rating(state: State, rng: random.Random, ticket: Ticket, at: int) -> Row:
    """A customer's answer to the survey; the caller moves the ticket later."""
    survey_id = next(iter(state.tables["surveys"]), 0)
    rating_id = state.next_id("satisfaction_ratings")
    value = RATINGS[int(rng.random() * len(RATINGS))]
    row: Row = {
        "id": rating_id,
        "survey_id": survey_id,
        "user_id": ticket.row["requester_id"],
        "agent_id": ticket.row["responder_id"],
        "feedback": None if rating_id % 3 == 0 else 'Schnell & freundlich 👍\n"Top"',
        "group_id": ticket.row["group_id"],
        "ticket_id": ticket.id,
        "created_at": epoch_stamp(at),
        "updated_at": epoch_stamp(at),
        "ratings": {"default_question": value, f"question_{survey_id}1": RATINGS[rating_id % len(RATINGS)]},
    }
    state.tables["satisfaction_ratings"][rating_id] = row
    return row


def new_time_entry(state: State, rng: random.Random, ticket: Ticket, at: int) -> Row:
    """Time an agent spent; the ticket does not move (docs/freshdesk_api.md, 5.1)."""
    entry_id = state.next_id("time_entries")
    seconds = 60 + int(rng.random() * 9000)
    agents = state.agent_pool
    created_at = epoch_stamp(at)
    # Some agents book on a day to come: they can edit executed_at (docs/freshdesk_api.md, 4.6).
    executed_at = epoch_stamp(at // DAY * DAY + DAY) if entry_id % 9 == 0 else created_at
    row: Row = {
        "id": entry_id,
        "agent_id": agents[int(rng.random() * len(agents))],
        "ticket_id": ticket.id,
        "company_id": ticket.row["company_id"],
        "billable": entry_id % 3 != 0,
        "note": (None, "", 'Vor Ort: Mühle "zerlegt"')[entry_id % 3],
        "time_spent": hours_and_minutes(seconds),
        "time_spent_in_seconds": seconds,
        "timer_running": False,
        "executed_at": executed_at,
        "start_time": created_at,
        "created_at": created_at,
        "updated_at": created_at,
    }
    state.tables["time_entries"][entry_id] = row
    return row


def hours_and_minutes(seconds: int) -> str:
    """hh:mm, cut rather than rounded: 103 s is 00:01 (docs/freshdesk_api.md, 6.6)."""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def associate(state: State, count: int) -> None:
    """Tie some tickets together: parents with children, trackers with related tickets."""
    for first, head_type, member_type in ((10, 1, 2), (32, 3, 4)):
        for head_id in range(first, count - 2, 60):
            members = [head_id + 1, head_id + 2]
            link(state.tickets[head_id], head_type, members)
            for member in members:
                link(state.tickets[member], member_type, [head_id])


def link(ticket: Ticket, association_type: int, others: list[int]) -> None:
    """Note an association on one of its ends."""
    ticket.row["association_type"] = association_type
    ticket.row["associated_tickets_count"] = len(others)
    ticket.view_only["associated_tickets_list"] = others
