"""Days pass over the knowledge base, the forums and an account's own objects."""

from freshdesk_assets.simulator.tree_days import HAPPENINGS, TreeDays
from freshdesk_assets.simulator.world import TRUTHS, World

TREES = [
    *("solution_categories", "solution_folders", "solution_articles", "solution_translations"),
    *("discussion_categories", "discussion_forums", "discussion_topics", "discussion_comments"),
    *("custom_object_schemas", "custom_object_records"),
]


def test_days_change_every_tree_and_leave_each_whole() -> None:
    """What refers to a row finds it, whatever has been moved and deleted."""
    world = World(seed=11, tickets=60, eventful=True)
    before = {name: repr(world.truth(name)) for name in TREES}
    for _ in range(8):
        world.day_of_changes()
    same = {name for name in TREES if repr(world.truth(name)) == before[name]}
    assert same <= {"solution_categories", "discussion_categories", "custom_object_schemas"}
    folders, articles = world.truth("solution_folders"), world.truth("solution_articles")
    for row in folders.values():
        assert row["category_id"] in world.truth("solution_categories")
        assert row["parent_folder_id"] in {None, *folders}
        assert row["hierarchy"][0]["data"]["id"] == row["category_id"]
    for row in articles.values():
        assert folders[row["folder_id"]]["category_id"] == row["category_id"]
    assert {key for key, _ in world.truth("solution_translations")} <= articles.keys()
    topics = world.truth("discussion_topics")
    for row in world.truth("discussion_comments").values():
        assert topics[row["topic_id"]]["forum_id"] == row["forum_id"]
    for key, row in topics.items():
        assert row["comments_count"] == sum(
            comment["topic_id"] == key for comment in world.truth("discussion_comments").values()
        )


def test_what_happens_to_trees_leaves_tickets_as_they_were() -> None:
    """Or a world would not be the one it was before there were trees."""
    world = World(seed=12, tickets=60)
    before = repr(world.truth_tickets()), world.rng.getstate()
    for happening in HAPPENINGS:
        happening(world, world.tree_rng)
    assert (repr(world.truth_tickets()), world.rng.getstate()) == before
    assert isinstance(world, TreeDays)


def test_the_same_seed_makes_the_same_trees_after_the_same_days() -> None:
    """As it makes the same tickets."""
    worlds = [World(seed=13, tickets=60) for _ in range(2)]
    for world in worlds:
        world.day_of_changes()
    for name in (*TREES, *TRUTHS):
        assert worlds[0].truth(name) == worlds[1].truth(name), name
