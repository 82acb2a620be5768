"""The forums an account begins with: one category, two forums, four topics, ten comments."""

import random

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.discussions.community import (
    COMPANIES_ONLY,
    PROBLEM,
    QUESTION_ANSWERED,
    Community,
    new_comment,
    new_forum,
    new_forum_category,
    new_topic,
)

# How many comments each topic has, by forum.
TOPICS = ((4, 3), (2, 1))


def found_community(world: Community, at: str) -> None:
    """Fill forums that were there from the beginning."""
    rng = random.Random(f"discussions {world.seed}")
    category = new_forum_category(world, "Kaffee & Community", at)
    companies = list(world.tables["companies"])[:2]
    forums = (
        new_forum(world, category["id"], "How to descale"),
        new_forum(
            world,
            category["id"],
            "Problems of <key> accounts",
            forum_type=PROBLEM,
            forum_visibility=COMPANIES_ONLY,
            company_ids=companies,
        ),
    )
    people = world.contact_pool
    for forum, topics in zip(forums, TOPICS, strict=True):
        for comments in topics:
            title = rng.choice(words.SUBJECTS)
            topic = new_topic(world, forum["id"], title, words.text(rng, 2), rng.choice(people), at)
            topic |= {"hits": rng.randrange(90), "user_votes": rng.randrange(9), "sticky": comments == 4}
            for _ in range(comments - 1):
                new_comment(world, topic["id"], words.text(rng, 1), rng.choice(people), at)
    answered, *_ = world.discussed("topic").values()
    answered["stamp_type"] = QUESTION_ANSWERED
    list(world.discussed("comment", answered["id"]).values())[-1]["answer"] = True
