"""Surveys: the questions behind satisfaction ratings."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, boolean, json, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

surveys = Table(
    name="surveys",
    doc="One row per satisfaction survey; plans without surveys refuse the list.",
    path="surveys",
    sync=FullList(),
    group="setup",
    cadence=Cadence.SLOW,
    docs="surveys",
    columns=(
        bigint("id", "Survey's id.", required=True),
        text("title", "Survey's title."),
        boolean("active", "Whether it is being sent."),
        json("questions", "Questions: id, a key of ratings; label; accepted_ratings; default."),
        timestamp("created_at", "When the survey was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

survey_questions = Child(
    name="survey_questions",
    doc="One row per question of a satisfaction survey.",
    parent="surveys",
    by="survey_id",
    cut=Elements("questions"),
    columns=(
        text(
            "question",
            "default_question or question_<id>, as in satisfaction_rating_answers.",
            path="value.id",
            required=True,
        ),
        text("label", "Question as customers see it.", path="value.label"),
        boolean("default", "Whether it is the survey's main question.", path="value.default", default=False),
        json("accepted_ratings", "Codes an answer can have.", path="value.accepted_ratings"),
    ),
    key=("question",),
)
