"""A ticket told in a few words: what happens to it, and what the API sends of it at a moment."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Self

from freshdesk_assets.schema.page import Fate

OPEN, PENDING, RESOLVED, CLOSED, ON_CUSTOMER, ON_THIRD_PARTY = 2, 3, 4, 5, 6, 7
ANN, BOB, FORMER_AGENT, COLLABORATOR = 901, 902, 903, 904
CUSTOMER = 801
HOUR, DAY = 3600, 86400

Row = dict[str, Any]
NUMBERS = count(1)
CONVERSATIONS = count(5001)


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def said(moment: datetime) -> str:
    """A moment as the API sends it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def next_sync(moment: datetime) -> datetime:
    """A quarter past the hour, not earlier."""
    quarter = moment.replace(minute=15, second=0)
    return quarter if quarter >= moment else quarter + timedelta(hours=1)


class Ticket:
    """A ticket and what happens to it, told in the order in which it happens."""

    def __init__(self, created: str, *, first_seen: str | None = None, **fields: Any) -> None:
        """`first_seen` is when a replica began that did not see what was before."""
        self.number = next(NUMBERS)
        self.created = at(created)
        self.first_seen = at(first_seen) if first_seen else None
        self.events: list[tuple[datetime, Row]] = [
            (
                self.created,
                {
                    "status": OPEN,
                    "priority": 1,
                    "source": 1,
                    "requester_id": CUSTOMER,
                    "spam": False,
                    "status_updated_at": said(self.created),
                    **fields,
                },
            )
        ]
        self.conversations: list[Row] = []
        self.unsaid: dict[int, datetime] = {}
        self.ratings: list[Row] = []
        self.gone: list[tuple[datetime, Fate]] = []

    def change(self, moment: str, **fields: Any) -> Self:
        """Something of its row changes."""
        self.events.append((at(moment), fields))
        return self

    def becomes(self, status: int, moment: str) -> Self:
        """Its status changes, and its own times with it."""
        now, last = said(at(moment)), self.row(at(moment))
        times: Row = {"status_updated_at": now, "pending_since": now if status == PENDING else None}
        if last["status"] in (RESOLVED, CLOSED) and status not in (RESOLVED, CLOSED):
            times |= {"reopened_at": now, "resolved_at": None, "closed_at": None}
        if status == RESOLVED:
            times |= {"resolved_at": now}
        if status == CLOSED:
            times |= {"closed_at": now}
        return self.change(moment, status=status, **times)

    def says(self, moment: str, user: int | None, **fields: Any) -> Self:
        """A conversation is added; without more it is a public one."""
        self.conversations.append(
            {
                "id": next(CONVERSATIONS),
                "ticket_id": self.number,
                "user_id": user,
                "incoming": False,
                "private": False,
                "source": 0,
                "created_at": said(at(moment)),
                "updated_at": said(at(moment)),
                **fields,
            }
        )
        return self

    def reply(self, moment: str, by: int = ANN) -> Self:
        """An agent answers, and Freshdesk notes when the first did."""
        return self.responds(moment).says(moment, by)

    def responds(self, moment: str) -> Self:
        """Freshdesk notes when it was answered first."""
        if self.row(at(moment)).get("first_responded_at"):
            return self
        return self.change(moment, first_responded_at=said(at(moment)))

    def customer(self, moment: str) -> Self:
        """The customer writes."""
        return self.says(moment, CUSTOMER, incoming=True)

    def note(self, moment: str, by: int = ANN, *, private: bool = True) -> Self:
        """An agent leaves a note; Freshdesk takes a public one for a response."""
        if not private:
            self.responds(moment)
        return self.says(moment, by, private=private, source=2)

    def unsays(self, moment: str) -> Self:
        """What was said last is deleted, and a sync finds out."""
        self.unsaid[self.conversations[-1]["id"]] = at(moment)
        return self

    def left(self, moment: datetime) -> list[Row]:
        """What was said that is not deleted, as a sync of that moment finds it."""
        return [row for row in self.conversations if not self.was_unsaid(row["id"], moment)]

    def was_unsaid(self, conversation_id: int, moment: datetime) -> bool:
        """Whether what was said is deleted by then."""
        return conversation_id in self.unsaid and self.unsaid[conversation_id] <= moment

    @property
    def is_purged(self) -> bool:
        """Whether Freshdesk has it no longer at the end."""
        return any(fate is Fate.GONE for _, fate in self.gone)

    def automation(self, moment: str) -> Self:
        """An automation answers."""
        return self.says(moment, None, automation_id=70)

    def rated(self, moment: str, value: int) -> Self:
        """The customer answers a survey."""
        self.ratings.append(
            {
                "id": next(CONVERSATIONS),
                "ticket_id": self.number,
                "ratings": {"default_question": value},
                "created_at": said(at(moment)),
                "updated_at": said(at(moment)),
            }
        )
        return self

    def purged(self, moment: str) -> Self:
        """Freshdesk no longer has it, and a sync that read what was said in it finds out."""
        self.gone.append((at(moment), Fate.GONE))
        return self

    def archived(self, moment: str) -> Self:
        """It is in the archive, and a sync finds out."""
        self.gone.append((at(moment), Fate.ARCHIVED))
        return self

    def row(self, moment: datetime) -> Row:
        """Its fields as they were after what happened until then."""
        fields: Row = {}
        for when, changed in self.events:
            if when <= moment:
                fields |= changed
        return fields

    def sent(self, moment: datetime) -> Row:
        """Its row, as a list of the API sends it."""
        fields = self.row(moment)
        stats = {name: fields.pop(name) for name in list(fields) if name in STATS}
        latest = max(when for when, _ in self.events if when <= moment)
        return {
            "id": self.number,
            "created_at": said(self.created),
            "updated_at": said(latest),
            "stats": stats,
            **fields,
        }

    def syncs(self) -> set[datetime]:
        """When syncs saw something new of it."""
        moments = {next_sync(when) for when, _ in self.events}
        if self.first_seen is None:
            return moments
        return {max(moment, self.first_seen) for moment in moments}


STATS = (
    "agent_responded_at", "requester_responded_at", "first_responded_at", "status_updated_at",
    "reopened_at", "resolved_at", "closed_at", "pending_since",
)  # fmt: skip
"""What a ticket's row has under `stats`."""
