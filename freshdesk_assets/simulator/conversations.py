"""What is said on a ticket: replies, notes, forwards, calls.

The past of a ticket is a short script of (second, kind). Its conversations are made from the script when they
are first read, so that an account of 20,000 tickets starts at once. Each ticket has a random generator of its
own, so that the order of reading does not matter. Once made, conversations are ordinary rows that can be
edited and deleted.
"""

import random
from dataclasses import dataclass

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.clock import epoch_stamp
from freshdesk_assets.simulator.files import file_size
from freshdesk_assets.simulator.state import Row, State, Ticket


@dataclass(frozen=True, slots=True)
class Kind:
    """The codes that a conversation has for one way of talking (docs/freshdesk_api.md, 4.3)."""

    source: int
    category: int
    incoming: bool
    private: bool
    mail: bool


KINDS = {
    "customer_reply": Kind(0, 1, True, False, True),
    "agent_reply": Kind(0, 3, False, False, True),
    "private_note": Kind(2, 2, False, True, False),
    "public_note": Kind(2, 3, False, False, False),
    "forward": Kind(8, 2, False, True, True),
    "forward_reply": Kind(8, 6, True, True, True),
    "feedback": Kind(6, 7, True, False, False),
    "call": Kind(9, 3, False, False, False),
    "tweet": Kind(5, 3, True, False, False),
    "facebook_post": Kind(7, 3, True, False, False),
}
AUTOMATION_ID = 43_000_990_001
DEFAULT_SUPPORT_EMAIL = "mailbox0@demo.example"
RARE_KINDS = ("forward", "forward_reply", "feedback", "call", "tweet", "facebook_post")
ATTACHMENTS = (
    ("Größe & Foto.png", "image/png"),
    ('log "full".txt', "text/plain"),
    ("契約.pdf", "application/pdf"),
)


def conversation_kind(rng: random.Random) -> str:
    """A way of talking, drawn as often as people use it."""
    drawn = rng.random()
    if drawn < 0.36:
        return "agent_reply"
    if drawn < 0.66:
        return "customer_reply"
    if drawn < 0.84:
        return "private_note"
    if drawn < 0.92:
        return "public_note"
    return RARE_KINDS[int((drawn - 0.92) / 0.08 * len(RARE_KINDS)) % len(RARE_KINDS)]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who talks on a ticket, under the names and addresses of that time."""

    requester_id: int
    requester: tuple[str, str | None]
    agent_id: int | None
    support_email: str


def cast_of(state: State, rng: random.Random, ticket: Ticket) -> Cast:
    """Who would talk on the ticket now."""
    row = ticket.row
    person = state.person(row["requester_id"]) or {}
    agent_id = row["responder_id"] or (rng.choice(state.agent_pool) if state.agents else None)
    requester = (person.get("name", "Unknown"), person.get("email"))
    return Cast(row["requester_id"], requester, agent_id, row["support_email"] or DEFAULT_SUPPORT_EMAIL)


def conversations_of(state: State, ticket: Ticket) -> list[Row]:
    """The ticket's conversations, oldest first; made from the script at the first read."""
    if ticket.script:
        rng = random.Random(f"{state.seed}/{ticket.id}")
        script, ticket.script = ticket.script, ()
        requester_id, agent_id = ticket.script_people
        cast = Cast(
            requester_id,
            state.founders[requester_id],
            agent_id or rng.choice(state.founding_agents),
            ticket.row["support_email"] or DEFAULT_SUPPORT_EMAIL,
        )
        past = []
        for position, (at, kind) in enumerate(script):
            number = ticket.first_conversation_id + position
            row = new_conversation(rng, ticket.id, cast, kind, epoch_stamp(at), number)
            if kind == "private_note" and number % 11 == 0:
                # Edited since: no other stamp tells (docs/freshdesk_api.md, 5.1).
                row["last_edited_at"] = min(epoch_stamp(at + 600), state.founded_until)
                row["last_edited_user_id"] = cast.agent_id
            past.append(row)
        ticket.conversations[:0] = past
        state.ticket_of_conversation.update((row["id"], ticket.id) for row in past)
    return ticket.conversations


def authorship(
    requester_id: int,
    agent_id: int | None,
    kind_name: str,
    conversation_id: int,
    author_id: int | None = None,
    automatic: bool = False,
) -> Row:
    """The keys that tell who wrote a conversation.

    Now and then nobody knows, and now and then it was an automation, unless an author is given.
    """
    kind = KINDS[kind_name]
    automatic = automatic or (author_id is None and conversation_id % 31 == 5 and not kind.incoming)
    if author_id is None and conversation_id % 23:
        author_id = requester_id if kind.incoming else agent_id
    return {
        "user_id": author_id,
        "incoming": kind.incoming,
        "private": kind.private,
        "source": kind.source,
        "auto_response": automatic,
        "automation_id": AUTOMATION_ID if automatic else None,
        "automation_type_id": 1 if automatic else None,
    }


def past_agent(state: State, ticket: Ticket) -> int:
    """The agent who talked in a ticket's past: the one it was assigned to, else anybody."""
    agent_id = ticket.script_people[1]
    return agent_id or random.Random(f"{state.seed}/{ticket.id}").choice(state.founding_agents)


def new_conversation(
    rng: random.Random,
    ticket_id: int,
    cast: Cast,
    kind_name: str,
    at: str,
    conversation_id: int,
    *,
    author_id: int | None = None,
    plain: str | None = None,
    automatic: bool = False,
) -> Row:
    """One conversation row; the ticket is not touched."""
    kind = KINDS[kind_name]
    plain = plain or words.text(rng, rng.randint(1, 4))
    name, customer = cast.requester
    support = cast.support_email
    row: Row = {
        "body": words.html(plain),
        "body_text": plain,
        "id": conversation_id,
        "support_email": support if kind.mail else None,
        "category": kind.category,
        "to_emails": None,
        "from_email": None,
        "cc_emails": [],
        "bcc_emails": None,
        "email_failure_count": None,
        "outgoing_failures": None,
        "thread_id": None,
        "thread_message_id": None,
        "created_at": at,
        "updated_at": at,
        "last_edited_at": None,
        "last_edited_user_id": None,
        "attachments": attachments(conversation_id, at),
        **authorship(cast.requester_id, cast.agent_id, kind_name, conversation_id, author_id, automatic),
        "ticket_id": ticket_id,
        "threading_type": None,
        "delivery_details": None,
        "source_additional_info": None,
        "structured_body": None,
    }
    if kind.mail and kind.incoming:
        sender = "supplier@other.example" if kind_name == "forward_reply" else customer
        row["from_email"] = f'"{name}" <{sender or "unknown@example.com"}>'
        row["to_emails"] = [support]
        row["bcc_emails"] = []
    elif kind.mail:
        row["from_email"] = f"Support & Söhne <{support}>"
        row["to_emails"] = (
            ["supplier@other.example"] if kind_name == "forward" else [customer] if customer else []
        )
        row["cc_emails"] = ["boss@example.com"] if conversation_id % 5 == 0 else []
        row["bcc_emails"] = ["archive@demo.example"] if conversation_id % 7 == 0 else []
        row["email_failure_count"] = 1 if conversation_id % 37 == 0 else None
        row["delivery_details"] = {
            "failed_emails": row["to_emails"] if conversation_id % 37 == 0 else [],
            "pending_emails": [],
        }
    elif not kind.incoming and conversation_id % 4 == 0:
        row["to_emails"] = ["colleague@demo.example"]
    if kind_name == "agent_reply" and conversation_id % 19 == 0:
        row |= {"thread_id": conversation_id + 7, "thread_message_id": conversation_id + 9}
    if kind_name == "forward_reply":
        row |= {"deleted": False, "cloud_files": [], "has_quoted_text": True}
    return row


def attachments(conversation_id: int, at: str) -> list[Row]:
    """Files of every eighth conversation; the size is under the live key, not the documented one."""
    if conversation_id % 8:
        return []
    return [
        attachment(conversation_id * 4 + position, at) for position in range(1 + conversation_id // 8 % 2)
    ]


def attachment(attachment_id: int, at: str) -> Row:
    """One file with URLs that are signed when read; only pictures have a thumbnail."""
    name, content_type = ATTACHMENTS[attachment_id % len(ATTACHMENTS)]
    location = f"https://demo.attachments.freshdesk.example/data/helpdesk/attachments/{attachment_id}"
    row: Row = {
        "id": attachment_id,
        "name": name,
        "content_type": content_type,
        "size": file_size(attachment_id),
        "created_at": at,
        "updated_at": at,
        "attachment_url": f"{location}/original",
    }
    if content_type == "image/png":
        row["thumb_url"] = f"{location}/thumb"
    return row
