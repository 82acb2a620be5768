"""Satisfaction ratings: what customers answer when asked how they were served."""

from freshdesk_assets.schema.child import Child, Entries
from freshdesk_assets.schema.column import bigint, integer, json, text, timestamp
from freshdesk_assets.schema.sync import LookBack
from freshdesk_assets.schema.table import Table

satisfaction_ratings = Table(
    name="satisfaction_ratings",
    doc="One row per answered satisfaction survey.",
    path="surveys/satisfaction_ratings",
    # The list can only be filtered on created_at, while customers may change an answer later. Airbyte reads
    # 14 days again. What the list holds without created_since is not established, so the whole list is asked
    # for with one of long ago (docs/freshdesk_api.md, 4.7).
    sync=LookBack(after="created_since", cursor="created_at", days=14),
    window="created_at",
    # A rating can only be deleted with its ticket.
    belongs_to="ticket_id",
    group="tickets",
    docs="satisfaction-ratings",
    columns=(
        bigint("id", "Rating's id.", required=True),
        bigint("survey_id", "Survey that was answered.", references="surveys.id"),
        bigint("ticket_id", "Ticket it is about.", references="tickets.id"),
        bigint(
            "user_id",
            "Contact who answered, or an agent: ids are shared.",
            references="contacts.id",
            also="agents.id",
        ),
        bigint("agent_id", "Agent rated; null if the ticket had none.", references="agents.id"),
        bigint("group_id", "Group rated; null if the ticket had none.", references="groups.id"),
        text("feedback", "Comment left with the rating.", prose=True),
        # The keys after default_question are ids of the account's own questions.
        json(
            "ratings",
            "By question (default_question, question_<id>): 103, 102, 101 happy, 100 neutral, -101, -102, "
            "-103 unhappy; classic surveys 1 happy, 2 neutral, 3 unhappy.",
        ),
        timestamp("created_at", "When the survey was answered."),
        timestamp("updated_at", "When the answer last changed."),
    ),
)

satisfaction_rating_answers = Child(
    name="satisfaction_rating_answers",
    doc="One row per question answered in a satisfaction survey.",
    parent="satisfaction_ratings",
    by="satisfaction_rating_id",
    cut=Entries("ratings"),
    columns=(
        text(
            "question",
            "default_question or question_<id>, as in survey_questions.",
            path="key",
            required=True,
        ),
        integer(
            "value",
            "Answer, by the codes of satisfaction_ratings.ratings.",
            path="value",
            accepted=(103, 102, 101, 100, -101, -102, -103, 1, 2, 3),
        ),
    ),
    key=("question",),
)
