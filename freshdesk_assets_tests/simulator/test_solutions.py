"""The knowledge base over HTTP: a tree, its languages, its counts, and what happens to it."""

from typing import Any

import pytest
import requests

from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.simulator.conftest import Client

Rows = dict[int, dict[str, Any]]


def walked(client: Client, language: str = "") -> tuple[Rows, Rows, Rows]:
    """Categories, folders at any depth and articles, as a reader finds them who trusts no count."""
    suffix = f"/{language}" if language else ""
    categories = {row["id"]: row for row in client.rows(f"solutions/categories{suffix}")}
    folders: Rows = {}
    for category in categories:
        below = client.rows(f"solutions/categories/{category}/folders{suffix}")
        while below:
            folders |= {row["id"]: {"category_id": category, **row} for row in below}
            below = [
                row
                for each in below
                for row in client.rows(f"solutions/folders/{each['id']}/subfolders{suffix}")
            ]
    articles = {
        row["id"]: row
        for each in folders
        for row in client.rows(f"solutions/folders/{each}/articles{suffix}")
    }
    return categories, folders, articles


def unsigned(value: Any) -> Any:
    """The value with every signature cut off."""
    if isinstance(value, dict):
        return {
            key: each.partition("?")[0] if str(key).endswith("_url") and each else unsigned(each)
            for key, each in value.items()
        }
    return [unsigned(each) for each in value] if isinstance(value, list) else value


def test_a_walk_through_the_tree_finds_what_is_true(read_only: Client) -> None:
    """Eight folders, some in a folder in a folder in a folder, and fifteen articles."""
    world = read_only.server.world
    categories, folders, articles = walked(read_only)
    assert categories == world.truth("solution_categories")
    assert unsigned(folders) == world.truth("solution_folders")
    assert unsigned(articles) == world.truth("solution_articles")
    assert (len(categories), len(folders), len(articles)) == (2, 8, 15)
    depths = [len(row["hierarchy"]) - 1 for row in folders.values()]
    assert max(depths) == 4


def test_a_view_has_what_its_list_has_and_a_folders_category(read_only: Client) -> None:
    """A list of a category's folders leaves category_id out; one of a folder's folders has it."""
    top = read_only.get(f"solutions/categories/{min(walked(read_only)[0])}/folders").json()
    assert all("category_id" not in row for row in top)
    inner = read_only.get(f"solutions/folders/{top[0]['id']}/subfolders").json()
    assert inner
    assert all(row["category_id"] for row in inner)
    for path, name in (("categories", "solution_categories"), ("folders", "solution_folders")):
        for key, row in read_only.server.world.truth(name).items():
            assert unsigned(read_only.get(f"solutions/{path}/{key}").json()) == row
    for key, row in read_only.server.world.truth("solution_articles").items():
        assert unsigned(read_only.get(f"solutions/articles/{key}").json()) == row
    for path in ("categories/1", "folders/1/articles", "folders/1/subfolders", "articles/1"):
        assert read_only.get(f"solutions/{path}").status_code == 404


def test_addresses_of_icons_and_files_differ_on_every_read(read_only: Client) -> None:
    """Or whatever compares rows sees a change every day."""
    _, folders, articles = walked(read_only)
    icon = next(row for row in folders.values() if row["icon_url"])
    again = read_only.get(f"solutions/folders/{icon['id']}").json()
    assert icon["icon_url"] != again["icon_url"]
    assert icon["icon_url"].partition("?")[0] == again["icon_url"].partition("?")[0]
    file = next(row for row in articles.values() if row["attachments"])
    again = read_only.get(f"solutions/articles/{file['id']}").json()
    assert file["attachments"][0]["attachment_url"] != again["attachments"][0]["attachment_url"]


def test_lists_of_the_tree_are_paged(read_only: Client) -> None:
    """As every list is, and for one credit a page."""
    path = f"solutions/folders/{min(walked(read_only)[1])}/articles"
    reply = read_only.get(path, per_page=2)
    assert len(reply.json()) == 2
    assert f"{path}?per_page=2&page=2" in reply.links["next"]["url"]
    assert reply.headers["X-RateLimit-Used-CurrentRequest"] == "1"
    assert read_only.get(path, per_page=101).status_code == 400
    assert len(read_only.rows(path, per_page=2)) == len(read_only.rows(path))


def test_a_language_has_its_own_words_under_the_same_ids(read_only: Client) -> None:
    """What is not translated is in no list of the language, and its view is not found."""
    world = read_only.server.world
    assert walked(read_only, "en")[0] == walked(read_only)[0]
    _, folders, articles = walked(read_only, "de")
    truth = {key[0]: row for key, row in world.truth("solution_translations").items() if key[1] == "de"}
    assert unsigned(articles) == {
        key: {name: value for name, value in row.items() if name != "language"} for key, row in truth.items()
    }
    assert all(row["title"].startswith("[de] ") for row in articles.values())
    assert all(step["data"]["name"].startswith("[de] ") for step in folders[min(folders)]["hierarchy"])
    missing = world.truth("solution_articles").keys() - {
        key for key, language in world.truth("solution_translations") if language == "fr"
    }
    assert read_only.get(f"solutions/articles/{min(missing)}/fr").status_code == 404
    assert read_only.get(f"solutions/articles/{min(articles)}/de").json()["id"] == min(articles)
    assert read_only.get("solutions/categories/xx").status_code == 400


def test_counts_can_promise_what_is_not_there_and_hide_what_is(server: Server, client: Client) -> None:
    """They are kept beside the tree, and nothing makes them right."""
    world = server.world
    _, folders, articles = walked(client)
    inside = [row["folder_id"] for row in articles.values()]
    assert any(row["articles_count"] == 5 and key not in inside for key, row in folders.items())
    parents = [row["parent_folder_id"] for row in folders.values()]
    assert any(row["sub_folders_count"] == 1 and key not in parents for key, row in folders.items())
    first = min(folders)
    world.miscount_folder(first, articles_count=0, sub_folders_count=0)
    view = client.get(f"solutions/folders/{first}").json()
    assert (view["articles_count"], view["sub_folders_count"]) == (0, 0)
    assert len(client.get(f"solutions/folders/{first}/articles").json()) == 3
    assert len(client.get(f"solutions/folders/{first}/subfolders").json()) == 2
    world.miscount_folder(first)
    assert client.get(f"solutions/folders/{first}").json()["articles_count"] == 3


def test_a_folder_takes_along_what_is_in_it(server: Server, client: Client) -> None:
    """Ids stay, and so do the articles' stamps; the category of everything below changes."""
    world = server.world
    categories, folders, articles = walked(client)
    inner = next(row for row in folders.values() if row["parent_folder_id"] and row["sub_folders_count"])
    target = max(categories)
    world.move_solution_folder(inner["id"], category_id=target)
    _, after, moved = walked(client)
    assert after.keys() == folders.keys()
    assert unsigned(after) == world.truth("solution_folders")
    assert after[inner["id"]]["parent_folder_id"] is None
    below = [
        key for key, row in after.items() if inner["id"] in [step["data"]["id"] for step in row["hierarchy"]]
    ]
    assert len(below) == 3
    assert {row["category_id"] for row in moved.values() if row["folder_id"] in below} == {target}
    assert all(moved[key]["updated_at"] == row["updated_at"] for key, row in articles.items())
    with pytest.raises(ValueError, match="into itself"):
        world.move_solution_folder(inner["id"], parent_folder_id=below[-1])


def test_a_folder_can_move_between_two_reads_of_one_walk(server: Server, client: Client) -> None:
    """It is found twice, or not at all; by hand or over the control plane."""
    world = server.world
    categories, folders, _ = walked(client)
    first, last = sorted(categories)
    one = next(
        key for key, row in folders.items() if row["category_id"] == last and not row["parent_folder_id"]
    )
    world.move_folder_after(2, one, category_id=first)
    assert one not in walked(client)[1]
    assert one in walked(client)[1]
    plane = f"{server.url}/_simulator/move_folder"
    given = {"requests": 1, "folder_id": one, "category_id": last}
    assert requests.post(plane, json=given, timeout=10).status_code == 200
    client.get("solutions/categories")
    assert world.truth("solution_folders")[one]["category_id"] == last


def test_articles_come_and_go(server: Server, client: Client) -> None:
    """Created, edited, moved, translated, deleted: each is in the next read."""
    world = server.world
    _, folders, articles = walked(client)
    new = world.create_article(min(folders), title="Brand new", tags=["new"])
    world.edit_solution("article", min(articles), title="Other words")
    world.move_article(sorted(articles)[1], max(folders))
    world.translate_solution("article", new, "fr", title="Tout neuf")
    world.delete_article(max(articles))
    world.delete_solution_folder(max(key for key, row in folders.items() if row["parent_folder_id"]))
    world.create_solution_folder(category_id=world.create_solution_category("Third"))
    after = walked(client)
    assert after[0] == world.truth("solution_categories")
    assert unsigned(after[1]) == world.truth("solution_folders")
    assert unsigned(after[2]) == world.truth("solution_articles")
    assert after[2][new]["title"] == "Brand new"
    assert client.get(f"solutions/articles/{new}/fr").json()["title"] == "Tout neuf"
    assert max(articles) not in after[2]
    world.delete_solution_category(min(after[0]))
    assert unsigned(walked(client)[1]) == world.truth("solution_folders")
    assert len(walked(client)[1]) < len(after[1])


@pytest.mark.parametrize("moving", [False, True])
def test_readers_move_an_article_or_not(server: Server, client: Client, moving: bool) -> None:
    """It is not established, so a reader must see the counters change either way."""
    world = server.world
    world.counters_move_articles = moving
    key, before = min(world.truth("solution_articles").items())
    world.read_article(key)
    world.read_article(key, thumbs_up=1)
    after = client.get(f"solutions/articles/{key}").json()
    assert (after["hits"], after["thumbs_up"]) == (before["hits"] + 1, before["thumbs_up"] + 1)
    assert (after["updated_at"] != before["updated_at"]) is moving


def test_a_plan_can_lose_the_knowledge_base(server: Server, client: Client) -> None:
    """And have it again, as it was."""
    before = walked(client)[0]
    server.switches.missing_features = {"Solutions"}
    for path in ("solutions/categories", f"solutions/categories/{min(before)}/folders/de"):
        reply = client.get(path)
        assert (reply.status_code, reply.json()["code"]) == (403, "require_feature")
    server.switches.missing_features = set()
    assert walked(client)[0] == before
