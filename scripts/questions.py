"""From the declared questions to docs/questions.md."""

from markdown import page

from freshdesk_assets.queries import declared_questions

INTRODUCTION = """\
What a support team asks, and the SQL that answers it. Give one to `freshdesk-assets query`, or to any client
that has the published copy open. Days and weeks are those of UTC, whatever zone your session is in."""

MEANING = """\
`is_current` says what counts: a ticket that is neither spam nor in the trash, and that Freshdesk still has.
`deleted` is the trash, which Freshdesk empties. `deleted_in_freshdesk` says that the row is gone for good; in
schema `freshdesk` that is `_deleted_at`, which also says when it was noticed. Without a value, hours are null
and not 0: count them beside the median."""

LIMITS = """\
- **Which SLA policy applied to a ticket** is nowhere in the API. The due times are Freshdesk's own, and hold.
- **Late or not**: `fr_escalated` and `is_escalated` are flags that Freshdesk sets itself, some time after the
  due time, and may be missing on a ticket that is late. For whether a target was met, compare the times with
  `fr_due_by` and `due_by`. The flags say what Freshdesk showed your team.
- **Hours are by the clock.** Business hours are not taken out yet.
- **A past day's backlog** is made of the latest times of each ticket. One that was resolved, reopened and
  resolved again counts as unresolved in between. How often a ticket was reopened is known only from the first
  sync on: `relations.ticket_status_changes`."""


def questions() -> str:
    """The page: each question with its SQL, and what cannot be known."""
    asked = [f"## {question.question}\n\n```sql\n{question.sql};\n```" for question in declared_questions()]
    return page("Questions", INTRODUCTION, MEANING, *asked, f"## What cannot be known\n\n{LIMITS}")
