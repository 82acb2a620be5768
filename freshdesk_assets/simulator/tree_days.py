"""What happens in a day to the knowledge base, the forums and an account's own objects.

All of it is drawn apart from the rest, at the end of a day: tickets and people change as they would without
it. What tickets have beside themselves is left alone, because it moves tickets.
"""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

from freshdesk_assets.simulator.custom_objects.store import CustomObjects
from freshdesk_assets.simulator.days import Days
from freshdesk_assets.simulator.discussions.community import Community
from freshdesk_assets.simulator.eventful import Eventful
from freshdesk_assets.simulator.solutions.changes import SolutionChanges

A_DAY, AN_EVENTFUL_DAY = 2, 7


class TreeDays(Community, CustomObjects, SolutionChanges, Days):
    """A world whose trees and own objects change at the end of each day."""

    def __init__(self, *, seed: int, now: datetime, ticking: bool) -> None:
        """A world in which no day has passed yet."""
        super().__init__(seed=seed, now=now, ticking=ticking)
        self.tree_rng = random.Random(f"{seed} trees")

    def day_of_changes(self, rng: random.Random | None = None) -> None:
        """Let one day pass, then let a few things happen to the trees."""
        with self.lock:
            super().day_of_changes(rng)
            eventful = isinstance(self, Eventful) and self.eventful
            for happening in self.tree_rng.sample(HAPPENINGS, k=AN_EVENTFUL_DAY if eventful else A_DAY):
                happening(self, self.tree_rng)


def some(rows: dict[Any, Any], rng: random.Random, at_least: int = 1) -> Any:
    """The key of a row, None if there are not enough."""
    return rng.choice(list(rows)) if len(rows) >= at_least else None


def write_article(world: TreeDays, rng: random.Random) -> None:
    """An article is written."""
    folder = some(world.solutions("folder"), rng)
    if folder:
        world.create_article(folder)


def rewrite_article(world: TreeDays, rng: random.Random) -> None:
    """An article has another title, and another status."""
    article = some(world.solutions("article"), rng)
    if article:
        world.edit_solution(
            "article", article, title=f"Rewritten {rng.randrange(100)}", status=rng.choice((1, 2))
        )


def read_articles(world: TreeDays, rng: random.Random) -> None:
    """Customers read, and some say what they think."""
    for article in rng.sample(sorted(world.solutions("article")), k=min(3, len(world.solutions("article")))):
        world.read_article(article)
        world.read_article(article, **{rng.choice(("thumbs_up", "thumbs_down")): 1})


def move_article(world: TreeDays, rng: random.Random) -> None:
    """An article is moved to another folder."""
    article, folder = some(world.solutions("article"), rng), some(world.solutions("folder"), rng)
    if article and folder:
        world.move_article(article, folder)


def drop_article(world: TreeDays, rng: random.Random) -> None:
    """An article is deleted, as long as some are left."""
    article = some(world.solutions("article"), rng, at_least=6)
    if article:
        world.delete_article(article)


def translate_article(world: TreeDays, rng: random.Random) -> None:
    """An article is translated, or translated anew."""
    article = some(world.solutions("article"), rng)
    if article:
        language = rng.choice(world.languages[1:])
        world.translate_solution("article", article, language, title=f"[{language}] anew")


def move_folder(world: TreeDays, rng: random.Random) -> None:
    """A folder is moved to the top of a category, with all that is in it."""
    folder, category = some(world.solutions("folder"), rng), some(world.solutions("category"), rng)
    if folder and category:
        world.move_solution_folder(folder, category_id=category)


def nest_folder(world: TreeDays, rng: random.Random) -> None:
    """A folder is made in another one, with an article."""
    folder = some(world.solutions("folder"), rng)
    if folder:
        world.create_article(world.create_solution_folder(parent_folder_id=folder))


def drop_folder(world: TreeDays, rng: random.Random) -> None:
    """A folder is deleted with all that is in it, as long as some are left."""
    folder = some(world.solutions("folder"), rng, at_least=7)
    if folder:
        world.delete_solution_folder(folder)


def discuss(world: TreeDays, rng: random.Random) -> None:
    """A topic is opened in a forum, and somebody answers another."""
    forum, topic = some(world.discussed("forum"), rng), some(world.discussed("topic"), rng)
    people = world.contact_pool
    if forum and people:
        world.create_topic(forum, "Who else?", "It happens to me.", user_id=rng.choice(people))
    if topic and people:
        world.comment_on(topic, "To me too.", user_id=rng.choice(people))


def end_topic(world: TreeDays, rng: random.Random) -> None:
    """A topic is deleted, as long as some are left."""
    topic = some(world.discussed("topic"), rng, at_least=4)
    if topic:
        world.delete_discussion("topic", topic)


def change_records(world: TreeDays, rng: random.Random) -> None:
    """A record is made, another changes, and a third is deleted as long as some are left."""
    schema = some(world.schemas, rng)
    if not schema:
        return
    primary = world.schemas[schema]["fields"][0]["name"]
    world.create_record(schema, **{primary: f"new {rng.randrange(1000)}"})
    world.edit_record(schema, some(world.records[schema], rng), **{primary: f"changed {rng.randrange(1000)}"})
    gone = some(world.records[schema], rng, at_least=3)
    if gone:
        world.delete_record(schema, gone)


HAPPENINGS: list[Callable[[TreeDays, random.Random], None]] = [
    write_article,
    rewrite_article,
    read_articles,
    move_article,
    drop_article,
    translate_article,
    move_folder,
    nest_folder,
    drop_folder,
    discuss,
    end_topic,
    change_records,
]
