"""The community over HTTP: categories, forums, topics, comments."""

from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.simulator.conftest import Client

Rows = dict[int, dict[str, Any]]
LEVELS = (("categories", "forums"), ("forums", "topics"), ("topics", "comments"))


def walked(client: Client) -> dict[str, Rows]:
    """Every level, by the names of truth."""
    found: dict[str, Rows] = {
        "discussion_categories": {row["id"]: row for row in client.rows("discussions/categories")}
    }
    for above, below in LEVELS:
        parents = found[f"discussion_{above}"]
        found[f"discussion_{below}"] = {
            row["id"]: row for key in parents for row in client.rows(f"discussions/{above}/{key}/{below}")
        }
    return found


def is_true(client: Client) -> bool:
    """Whether a walk finds what is true."""
    return all(rows == client.server.world.truth(name) for name, rows in walked(client).items())


def test_a_walk_through_the_forums_finds_what_is_true(read_only: Client) -> None:
    """A topic's first comment is its message."""
    found = walked(read_only)
    assert is_true(read_only)
    assert [len(rows) for rows in found.values()] == [1, 2, 4, 10]
    for above, _ in LEVELS:
        for key, row in found[f"discussion_{above}"].items():
            assert read_only.get(f"discussions/{above}/{key}").json() == row
        assert read_only.get(f"discussions/{above}/1").status_code == 404
    assert read_only.get("discussions/topics/1/comments").status_code == 404
    forums = found["discussion_forums"].values()
    assert not any("updated_at" in row for row in forums)
    assert [row["comments_count"] for row in forums] == [7, 3]
    assert [("company_ids" in row) for row in forums] == [False, True]
    topic = min(found["discussion_topics"])
    assert (
        read_only.get(f"discussions/topics/{topic}/comments", per_page=3)
        .links["next"]["url"]
        .endswith("page=2")
    )


def test_a_comment_moves_replied_at_and_counts_alone(server: Server, client: Client) -> None:
    """Who reads comments by the topic's updated_at reads none."""
    world = server.world
    topic, before = min(world.truth("discussion_topics").items())
    before = dict(before)
    world.clock.advance(timedelta(hours=1))
    world.comment_on(topic, "Mine too")
    after = client.get(f"discussions/topics/{topic}").json()
    assert after["updated_at"] == before["updated_at"]
    assert after["replied_at"] == world.clock.stamp()
    assert after["comments_count"] == before["comments_count"] + 1
    assert is_true(client)


def test_topics_and_comments_come_move_and_go(server: Server, client: Client) -> None:
    """Whatever happens, a walk finds what is true."""
    world = server.world
    first, second = world.truth("discussion_forums")
    topic = world.create_topic(first, "New here", "Hello ☕")
    world.read_topic(topic, votes=1)
    world.edit_discussion("topic", topic, locked=True)
    world.edit_discussion("forum", first, name="Renamed")
    world.move_topic(topic, second)
    assert is_true(client)
    assert client.get(f"discussions/topics/{topic}").json()["forum_id"] == second
    assert client.get(f"discussions/forums/{first}").json()["topics_count"] == 2
    world.delete_discussion("comment", max(world.truth("discussion_comments")))
    world.delete_discussion("topic", min(world.truth("discussion_topics")))
    world.create_forum(world.create_forum_category("Second"), "Ideas", forum_type=2)
    assert is_true(client)
    world.delete_discussion("forum", second)
    assert is_true(client)
    assert client.get(f"discussions/topics/{topic}/comments").status_code == 404
    with pytest.raises(ValueError, match="a topic has no colour"):
        world.edit_discussion("topic", min(world.truth("discussion_topics")), colour="red")


def test_a_plan_can_lose_the_forums(server: Server, client: Client) -> None:
    """At any level."""
    topic = min(server.world.truth("discussion_topics"))
    server.switches.missing_features = {"Forums"}
    for path in ("categories", f"topics/{topic}", f"topics/{topic}/comments"):
        assert client.get(f"discussions/{path}").json()["code"] == "require_feature"
    server.switches.missing_features = set()
    assert is_true(client)
