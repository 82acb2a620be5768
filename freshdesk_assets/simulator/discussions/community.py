"""What an account's customers discuss, and what they do about it.

A topic's first message is its first comment. A comment moves neither the topic's updated_at nor the forum. It
moves the topic's replied_at, and both counts.
"""

from datetime import datetime
from itertools import pairwise
from typing import Any

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.state import Row, State, change

KINDS = ("category", "forum", "topic", "comment")
TABLES = {
    "category": "discussion_categories",
    "forum": "discussion_forums",
    "topic": "discussion_topics",
    "comment": "discussion_comments",
}
ABOVE = {"forum": "forum_category_id", "topic": "forum_id", "comment": "topic_id"}
QUESTION_ANSWERED, PROBLEM, COMPANIES_ONLY = 6, 3, 4


class Community(State):
    """An account's forums, and changes to them, each under the world's lock."""

    def __init__(self, *, seed: int, now: datetime, ticking: bool) -> None:
        """No forum yet."""
        super().__init__(seed=seed, now=now, ticking=ticking)
        self.tables |= {name: {} for name in TABLES.values()}

    def discussed(self, kind: str, above: int | None = None) -> dict[int, Row]:
        """All rows of a kind, or those directly under a row."""
        rows = self.tables[TABLES[kind]]
        return rows if above is None else {key: row for key, row in rows.items() if row[ABOVE[kind]] == above}

    @change
    def create_forum_category(self, name: str) -> int:
        """A new category. Returns its id."""
        return int(new_forum_category(self, name, self.clock.stamp())["id"])

    @change
    def create_forum(self, category_id: int, name: str, **fields: Any) -> int:
        """A new forum; `fields` are keys of its row. Returns its id."""
        self.discussed("category")[category_id]
        return int(new_forum(self, category_id, name, **fields)["id"])

    @change
    def create_topic(self, forum_id: int, title: str, message: str, *, user_id: int | None = None) -> int:
        """A new topic with its first comment. Returns its id."""
        self.discussed("forum")[forum_id]
        user_id = user_id or self.contact_pool[0]
        return int(new_topic(self, forum_id, title, message, user_id, self.clock.stamp())["id"])

    @change
    def comment_on(self, topic_id: int, text: str, *, user_id: int | None = None) -> int:
        """A new comment. Returns its id."""
        user_id = user_id or self.contact_pool[0]
        return int(new_comment(self, topic_id, text, user_id, self.clock.stamp())["id"])

    @change
    def edit_discussion(self, kind: str, row_id: int, **fields: Any) -> None:
        """Change fields of a "category", "forum", "topic" or "comment"; nothing above it moves."""
        row = self.discussed(kind)[row_id]
        unknown = fields.keys() - row.keys()
        if unknown:
            raise ValueError(f"a {kind} has no {', '.join(sorted(unknown))}")
        row.update(fields)
        if "updated_at" in row:
            row["updated_at"] = self.clock.stamp()

    @change
    def read_topic(self, topic_id: int, *, votes: int = 0) -> None:
        """Somebody reads a topic, and perhaps votes for it: no stamp moves."""
        topic = self.discussed("topic")[topic_id]
        topic |= {"hits": topic["hits"] + 1, "user_votes": topic["user_votes"] + votes}

    @change
    def move_topic(self, topic_id: int, forum_id: int) -> None:
        """Move a topic and its comments into another forum."""
        self.discussed("forum")[forum_id]
        self.discussed("topic")[topic_id] |= {"forum_id": forum_id, "updated_at": self.clock.stamp()}
        for comment in self.discussed("comment", topic_id).values():
            comment["forum_id"] = forum_id
        self._count_discussions()

    @change
    def delete_discussion(self, kind: str, row_id: int) -> None:
        """Delete a row and all that is under it."""
        self._drop_discussion(kind, row_id)
        self._count_discussions()

    def _drop_discussion(self, kind: str, row_id: int) -> None:
        below = dict(pairwise(KINDS)).get(kind)
        if below:
            for each in list(self.discussed(below, row_id)):
                self._drop_discussion(below, each)
        del self.discussed(kind)[row_id]

    def _count_discussions(self) -> None:
        for topic in self.discussed("topic").values():
            topic["comments_count"] = len(self.discussed("comment", topic["id"]))
        for forum in self.discussed("forum").values():
            topics = self.discussed("topic", forum["id"]).values()
            forum["topics_count"] = len(topics)
            forum["comments_count"] = sum(topic["comments_count"] for topic in topics)


def new_forum_category(world: Community, name: str, at: str) -> Row:
    """A category of forums."""
    row_id = world.next_id("discussions")
    row: Row = {"id": row_id, "name": name, "description": None, "created_at": at, "updated_at": at}
    world.discussed("category")[row_id] = row
    return row


def new_forum(world: Community, category_id: int, name: str, **fields: Any) -> Row:
    """A forum; forums have no stamps."""
    row: Row = {
        "id": world.next_id("discussions"),
        "name": name,
        "description": 'What "everybody" asks\nabout Mühlen ☕',
        "position": len(world.discussed("forum", category_id)) + 1,
        "forum_category_id": category_id,
        "forum_type": 1,
        "forum_visibility": 1,
        "topics_count": 0,
        "comments_count": 0,
        **fields,
    }
    world.discussed("forum")[row["id"]] = row
    return row


def new_topic(world: Community, forum_id: int, title: str, message: str, user_id: int, at: str) -> Row:
    """A topic, with its message as the first comment."""
    row: Row = {
        "id": world.next_id("discussions"),
        "title": title,
        "forum_id": forum_id,
        "user_id": user_id,
        "locked": False,
        "published": True,
        "stamp_type": None,
        "replied_by": user_id,
        "replied_at": at,
        "user_votes": 0,
        "merged_topic_id": None,
        "comments_count": 0,
        "sticky": False,
        "hits": 0,
        "created_at": at,
        "updated_at": at,
    }
    world.discussed("topic")[row["id"]] = row
    world.discussed("forum")[forum_id]["topics_count"] += 1
    new_comment(world, row["id"], message, user_id, at)
    return row


def new_comment(world: Community, topic_id: int, text: str, user_id: int, at: str) -> Row:
    """A comment, which the topic and the forum count."""
    topic = world.discussed("topic")[topic_id]
    row: Row = {
        "id": world.next_id("discussions"),
        "topic_id": topic_id,
        "forum_id": topic["forum_id"],
        "user_id": user_id,
        "body": words.html(text),
        "body_text": text,
        "answer": False,
        "published": True,
        "spam": None,
        "trash": False,
        "created_at": at,
        "updated_at": at,
    }
    world.discussed("comment")[row["id"]] = row
    topic |= {"comments_count": topic["comments_count"] + 1, "replied_by": user_id, "replied_at": at}
    world.discussed("forum")[topic["forum_id"]]["comments_count"] += 1
    return row
