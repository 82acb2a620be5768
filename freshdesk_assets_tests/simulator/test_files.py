"""Files at another address than the API's, whose links end, and to which no key may go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from freshdesk_assets.simulator.files import file_bytes
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.truth.lives import status_labels
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client


@pytest.fixture
def filed() -> Iterator[Client]:
    """A client of an account whose files can be had."""
    with serve(World(seed=3, tickets=120), files=True, ticket_activities=True) as server:
        client = Client(server)
        yield client
        client.session.close()


def some_file(client: Client) -> dict[str, Any]:
    """An attachment of a live ticket, just signed."""
    world = client.server.world
    for _, number in world.shelves["live"].updated_at:
        if world.tickets[number].attachments:
            return dict(client.get(f"tickets/{number}").json()["attachments"][0])
    raise AssertionError("no live ticket has an attachment")


def test_a_link_leads_to_the_whole_file_without_a_key(filed: Client) -> None:
    """At another port, for no credit, and with as many bytes as the row says."""
    file = some_file(filed)
    spent = filed.server.meter.credits
    assert file["attachment_url"].startswith(f"{filed.server.files.url}/data/")
    assert not file["attachment_url"].startswith(filed.server.url)
    reply = requests.get(file["attachment_url"], timeout=10)
    assert reply.status_code == 200
    assert reply.content == file_bytes(file["id"])
    assert len(reply.content) == file["size"]
    assert filed.server.meter.credits == spent
    assert filed.server.files.counters() == {"requests": 1, "with_authorization": 0}


def test_a_request_with_the_key_is_refused_and_counted(filed: Client) -> None:
    """Else nobody would know that it had got there."""
    reply = filed.session.get(some_file(filed)["attachment_url"], timeout=10)
    assert reply.status_code == 400
    plane = requests.get(f"{filed.server.url}/_simulator/files", timeout=10).json()
    assert plane == {"requests": 1, "with_authorization": 1}


def test_links_end_by_time_and_by_command(filed: Client) -> None:
    """Whoever comes late must ask for the row again."""
    first = some_file(filed)["attachment_url"]
    assert requests.get(first.replace("Signature=", "Signature=0"), timeout=10).status_code == 403
    filed.server.world.clock.advance(timedelta(hours=3))
    assert requests.get(first, timeout=10).status_code == 403
    second = some_file(filed)["attachment_url"]
    assert requests.get(second, timeout=10).status_code == 200
    requests.post(f"{filed.server.url}/_simulator/expire_files", timeout=10)
    assert requests.get(second, timeout=10).status_code == 403
    assert requests.get(some_file(filed)["attachment_url"], timeout=10).status_code == 200


def test_a_file_can_be_missing_of_which_a_row_tells(filed: Client) -> None:
    """The row is as good as ever."""
    file = some_file(filed)
    filed.server.files.missing.add(file["id"])
    assert requests.get(file["attachment_url"], timeout=10).status_code == 404


def test_files_of_articles_and_icons_of_folders_are_there(filed: Client) -> None:
    """Whatever is signed leads there."""
    world = filed.server.world
    article = next(key for key, row in world.truth("solution_articles").items() if row["attachments"])
    folder = next(key for key, row in world.truth("solution_folders").items() if row["icon_url"])
    url = filed.get(f"solutions/articles/{article}").json()["attachments"][0]["attachment_url"]
    assert requests.get(url, timeout=10).status_code == 200
    assert requests.get(filed.get(f"solutions/folders/{folder}").json()["icon_url"], timeout=10).ok
    canned = next(key for key, row in world.truth("canned_responses").items() if row["attachments"])
    (file,) = filed.get(f"canned_responses/{canned}").json()["attachments"]
    assert requests.get(file["attachment_url"], timeout=10).content == file_bytes(file["id"])
    assert file["size"] == len(file_bytes(file["id"]))


def test_without_files_links_lead_nowhere_as_before(server: Server, client: Client) -> None:
    """To a name that no machine has."""
    assert some_file(client)["attachment_url"].startswith("https://demo.attachments.freshdesk.example/")
    with pytest.raises(RuntimeError, match="files=True"):
        _ = server.files


def test_a_day_of_activities_is_a_file_with_every_change(filed: Client) -> None:
    """It is there when the day is over, and for thirty days."""
    world = filed.server.world
    number = world.shelves["live"].updated_at[0][1]
    world.clock.advance(timedelta(hours=1))
    world.set_priority(number, 4)
    world.set_tags(number, ["vip"])
    today = world.clock.stamp()[:10]
    assert filed.get("export/ticket_activities", created_at=today).status_code == 404
    world.clock.advance(timedelta(days=1))
    reply = filed.get("export/ticket_activities", created_at=today).json()
    file = requests.get(reply["export"]["url"], timeout=10).json()
    truth = {key: row for key, row in world.truth("ticket_activities").items() if key[1][:10] == today}
    assert len(file["activities_data"]) == len(truth) == file["metadata"]["activities_count"]
    assert all(row in truth.values() for row in file["activities_data"])
    (mine,) = [row for row in file["activities_data"] if row["ticket_id"] == number]
    assert mine["activity"]["priority"] == 4
    assert mine["activity"]["added_tags"] == ["vip"]
    assert mine["performed_at"] == f"{today[8:]}-{today[5:7]}-{today[:4]} 10:00:00 +0000"
    world.clock.advance(timedelta(days=30))
    assert filed.get("export/ticket_activities", created_at=today).status_code == 404
    for given in ("yesterday", "2026-02-30", ""):
        assert filed.get("export/ticket_activities", created_at=given).status_code == 400


def test_activities_tell_all_that_a_ticket_has_become(filed: Client) -> None:
    """Who reads every file knows the present status of every ticket."""
    world = filed.server.world
    last: dict[int, str] = {}
    for (number, _), row in sorted(world.truth("ticket_activities").items(), key=lambda item: item[0][1]):
        last |= {number: row["activity"]["status"]} if "status" in row["activity"] else {}
    labels = status_labels(world)
    assert last == {number: labels[row["status"]] for number, row in world.truth_tickets().items()}


def test_accounts_of_today_have_no_activities(client: Client) -> None:
    """The export is closed to new ones."""
    assert client.get("export/ticket_activities", created_at="2026-03-01").json()["code"] == "require_feature"


def test_archived_tickets_are_the_gaps_in_what_is_listed(filed: Client) -> None:
    """A ticket that was purged is a gap too, and answers nowhere."""
    world = filed.server.world
    purged = world.shelves["live"].updated_at[0][1]
    world.purge(purged)
    listed: set[int] = set()
    for passing in ({}, {"filter": "spam"}, {"filter": "deleted"}):
        listed |= {row["id"] for row in filed.rows("tickets", updated_since="2000-01-01", **passing)}
    gaps = set(range(1, max(listed) + 1)) - listed
    found = {number for number in gaps if filed.get(f"tickets/archived/{number}").status_code == 200}
    assert gaps - found == {purged}
    assert found == {number for number, row in world.truth_tickets().items() if row["archived"]}
    talks = world.truth_conversations().values()
    for number in found:
        rows = filed.rows(f"tickets/archived/{number}/conversations")
        assert {row["id"] for row in rows} == {row["id"] for row in talks if row["ticket_id"] == number}
    assert filed.get(f"tickets/archived/{purged}/conversations").status_code == 404
