"""Discussions: what customers write to each other in the community, by choice."""

from freshdesk_assets.schema.column import bigint, bigints, boolean, integer, text, timestamp
from freshdesk_assets.schema.sync import EachParent, FullList, PerParent
from freshdesk_assets.schema.table import Cadence, Table

discussion_categories = Table(
    name="discussion_categories",
    doc="One row per category of forums.",
    path="discussions/categories",
    sync=FullList(),
    optional=True,
    by_choice=True,
    group="discussions",
    cadence=Cadence.SLOW,
    docs="discussions",
    columns=(
        bigint("id", "Category's id.", required=True),
        text("name", "Name of the category."),
        text("description", "What is discussed there."),
        timestamp("created_at", "When the category was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

discussion_forums = Table(
    name="discussion_forums",
    doc="One row per forum.",
    path="discussions/categories/{id}/forums",
    sync=EachParent(parent="discussion_categories", column="forum_category_id"),
    # No time of a forum is sent.
    version=(),
    window="_synced_at",
    by_choice=True,
    group="discussions",
    cadence=Cadence.SLOW,
    docs="discussions",
    columns=(
        bigint("id", "Forum's id.", required=True),
        text("name", "Name of the forum."),
        text("description", "What is discussed there."),
        integer("position", "Place in its category."),
        bigint("forum_category_id", "Category it is in.", references="discussion_categories.id"),
        integer("forum_type", "1 How to, 2 Ideas, 3 Problems, 4 Announcements.", accepted=(1, 2, 3, 4)),
        integer("forum_visibility", "Who sees it, 1 to 4.", accepted=(1, 2, 3, 4)),
        bigints("company_ids", "Companies that see it, if only some do.", references="companies.id"),
        integer("topics_count", "Topics in it, as Freshdesk counts."),
        integer("comments_count", "Comments in it, as Freshdesk counts."),
        integer("posts_count", "Same as comments_count, on older accounts."),
    ),
)

discussion_topics = Table(
    name="discussion_topics",
    doc="One row per topic of a forum; its opening message is its first comment.",
    path="discussions/forums/{id}/topics",
    sync=EachParent(parent="discussion_forums", column="forum_id", where="p.topics_count > 0"),
    # A new comment moves replied_at alone (docs/freshdesk_api.md, 4.26).
    version=("updated_at", "replied_at"),
    by_choice=True,
    group="discussions",
    cadence=Cadence.SLOW,
    docs="discussions",
    columns=(
        bigint("id", "Topic's id.", required=True),
        text("title", "Title.", prose=True),
        bigint("forum_id", "Forum it is in.", references="discussion_forums.id"),
        bigint("user_id", "Who opened it.", references="contacts.id", also="agents.id"),
        boolean("locked", "Whether nobody can answer."),
        boolean("published", "Whether it is shown."),
        integer("stamp_type", "What was made of it, such as planned or solved; null if nothing."),
        bigint("replied_by", "Who wrote last.", references="contacts.id", also="agents.id"),
        timestamp("replied_at", "When somebody wrote last."),
        integer("user_votes", "Votes."),
        bigint("merged_topic_id", "Topic it was merged into.", references="discussion_topics.id"),
        integer("comments_count", "Comments in it, as Freshdesk counts."),
        boolean("sticky", "Whether it stays on top."),
        integer("hits", "Views, so far."),
        timestamp("created_at", "When the topic was opened."),
        timestamp("updated_at", "When it last changed; comments do not move it."),
    ),
)

discussion_comments = Table(
    name="discussion_comments",
    doc="One row per comment on a topic, its opening message included.",
    path="discussions/topics/{id}/comments",
    sync=PerParent("discussion_topics", "topic_id"),
    by_choice=True,
    group="discussions",
    cadence=Cadence.SLOW,
    docs="discussions",
    columns=(
        bigint("id", "Comment's id.", required=True),
        bigint("topic_id", "Topic it is on.", references="discussion_topics.id"),
        bigint("forum_id", "Forum the topic is in.", references="discussion_forums.id"),
        bigint("user_id", "Who wrote it.", references="contacts.id", also="agents.id"),
        text("body", "Text as HTML.", prose=True),
        text("body_text", "Text without markup.", prose=True),
        boolean("answer", "Whether it is the answer to the topic."),
        boolean("published", "Whether it is shown."),
        boolean("spam", "Whether it is spam; null if nobody said."),
        boolean("trash", "Whether it is in the trash."),
        timestamp("created_at", "When it was written."),
        timestamp("updated_at", "When it last changed."),
    ),
)
