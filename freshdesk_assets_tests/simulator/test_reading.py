"""Lists, views and paging, over HTTP."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from freshdesk_assets.simulator.clock import stamp
from freshdesk_assets.simulator.routes import ENDPOINTS
from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.setup.routes import SETUP
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client

ALL = {"updated_since": "1970-01-01T00:00:00Z", "order_by": "updated_at", "order_type": "asc"}


def longest_talk(world: World) -> int:
    """The live ticket with the most conversations."""
    talks = Counter(row["ticket_id"] for row in world.truth_conversations().values())
    return max((number for _, number in world.shelves["live"].updated_at), key=talks.__getitem__)


def test_link_names_the_next_page_in_full_and_is_absent_on_the_last(read_only: Client) -> None:
    """Stop on a missing Link, not on a short page; parameters come back percent-encoded."""
    reply = read_only.get("tickets", **ALL, include="stats,company", per_page=100)
    assert reply.headers["Link"] == (
        f"<{read_only.server.url}/api/v2/tickets?updated_since=1970-01-01T00%3A00%3A00Z&order_by=updated_at"
        '&order_type=asc&include=stats%2Ccompany&per_page=100&page=2>; rel="next"'
    )
    live = len(read_only.server.world.shelves["live"].updated_at)
    last = read_only.get("tickets", **ALL, per_page=100, page=-(-live // 100))
    assert len(last.json()) == (live % 100 or 100)
    assert "Link" not in last.headers


def test_link_can_be_written_as_the_documentation_prints_it(server: Server, client: Client) -> None:
    """With a blank after `<` and none before rel; readers must be liberal."""
    server.switches.link_style = "docs"
    assert re.fullmatch(r'< http://\S+page=2>;rel="next"', client.get("tickets", per_page=5).headers["Link"])


def test_thirty_rows_are_the_default_page(read_only: Client) -> None:
    """As documented."""
    assert len(read_only.get("tickets").json()) == 30


def test_without_updated_since_only_the_last_thirty_days_are_found(read_only: Client) -> None:
    """The trap every new extractor falls into; the default order is newest first."""
    rows = read_only.rows("tickets")
    oldest = stamp(read_only.server.world.clock.now() - timedelta(days=30))
    assert all(row["created_at"] >= oldest for row in rows)
    assert [row["created_at"] for row in rows] == sorted((row["created_at"] for row in rows), reverse=True)
    assert len(rows) < len(read_only.rows("tickets", **ALL))


def test_updated_since_is_inclusive_and_takes_every_documented_format(read_only: Client) -> None:
    """The boundary row comes again; a zone offset and a bare date count too."""
    middle = read_only.rows("tickets", **ALL)[600]
    moment = datetime.fromisoformat(middle["updated_at"])
    for text in (
        middle["updated_at"],
        middle["updated_at"].removesuffix("Z"),
        (moment + timedelta(hours=5, minutes=30)).isoformat()[:19] + "+05:30",
    ):
        found = read_only.get("tickets", **{**ALL, "updated_since": text}).json()
        assert found[0]["updated_at"] == middle["updated_at"]
    day = middle["updated_at"][:10]
    assert read_only.get("tickets", **{**ALL, "updated_since": day}).json()[0]["updated_at"] >= day


def test_the_four_orders_go_both_ways(read_only: Client) -> None:
    """order_by and order_type, documented."""
    for order in ("created_at", "updated_at", "status"):
        for direction in ("asc", "desc"):
            rows = read_only.rows("tickets", updated_since="2000-01-01", order_by=order, order_type=direction)
            values = [row[order] for row in rows]
            assert values == sorted(values, reverse=direction == "desc")
    assert read_only.get("tickets", order_by="due_by").status_code == 200


def test_lists_have_what_was_included_and_never_attachments(read_only: Client) -> None:
    """Each include adds its own keys and nothing else does."""
    bare = read_only.get("tickets", **ALL).json()[0]
    assert not {"stats", "requester", "company", "description", "attachments", "deleted"} & bare.keys()
    full = read_only.get("tickets", **ALL, include="stats,requester,company,description").json()[0]
    assert full.keys() - bare.keys() == {"stats", "requester", "company", "description", "description_text"}
    assert len(full["stats"]) == 8
    assert list(full["requester"]) == ["id", "name", "email", "mobile", "phone"]


def test_spam_deleted_and_archived_tickets_are_found_only_where_they_belong(read_only: Client) -> None:
    """Three passes find everything but the archived tickets, which no list has."""
    truth = read_only.server.world.truth_tickets()
    live = {row["id"] for row in read_only.rows("tickets", **ALL)}
    spam = {row["id"] for row in read_only.rows("tickets", **ALL, filter="spam")}
    deleted_rows = read_only.rows("tickets", **ALL, filter="deleted")
    deleted = {row["id"] for row in deleted_rows}
    archived = {number for number, row in truth.items() if row["archived"]}
    assert spam
    assert deleted
    assert archived
    assert all(row["deleted"] is True for row in deleted_rows)
    assert live | spam | deleted | archived == truth.keys()
    assert len(live) + len(spam) + len(deleted) + len(archived) == len(truth)
    number = min(archived)
    assert read_only.get(f"tickets/{number}").status_code == 404
    assert read_only.get(f"tickets/archived/{number}").json()["archived"] is True
    assert read_only.get(f"tickets/archived/{number}/conversations").status_code == 200
    assert read_only.get(f"tickets/archived/{min(live)}").status_code == 404


def test_the_deleted_key_can_be_left_out(server: Server, client: Client) -> None:
    """Whether rows under filter=deleted say so is not established."""
    server.switches.deleted_key = False
    assert all("deleted" not in row for row in client.rows("tickets", **ALL, filter="deleted"))


def test_the_view_shows_attachments_and_at_most_ten_conversations(read_only: Client) -> None:
    """Longer talks must be read from their own list."""
    world = read_only.server.world
    long = longest_talk(world)
    view = read_only.get(f"tickets/{long}", include="conversations,stats,requester,company").json()
    assert len(view["conversations"]) == 10
    assert {"attachments", "description", "associated_tickets_list", "stats", "requester"} <= view.keys()
    assert view["conversations"][0]["id"] == read_only.get(f"tickets/{long}/conversations").json()[0]["id"]


def test_conversations_come_oldest_first_and_page_by_page(read_only: Client) -> None:
    """Of deleted and spam tickets too."""
    world = read_only.server.world
    long = longest_talk(world)
    rows = read_only.rows(f"tickets/{long}/conversations")
    assert len(rows) > 100
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)
    for shelf in ("spam", "deleted"):
        number = world.shelves[shelf].updated_at[0][1]
        assert read_only.get(f"tickets/{number}/conversations").status_code == 200


def test_signed_urls_differ_on_every_read_but_for_their_unsigned_part(read_only: Client) -> None:
    """They must be kept out of change detection."""
    world = read_only.server.world
    live = {number for _, number in world.shelves["live"].updated_at}
    talks = world.truth_conversations().values()
    row = next(row for row in talks if row["attachments"] and row["ticket_id"] in live)

    def url() -> str:
        rows = read_only.rows(f"tickets/{row['ticket_id']}/conversations")
        found = next(each for each in rows if each["id"] == row["id"])
        return str(found["attachments"][0]["attachment_url"])

    first, second = url(), url()
    assert first != second
    assert first.partition("?")[0] == second.partition("?")[0] == row["attachments"][0]["attachment_url"]


def test_contacts_are_ordered_by_name_and_split_by_state(read_only: Client) -> None:
    """The default list has neither blocked nor deleted ones; other_companies needs a company."""
    truth = read_only.server.world.truth_contacts()
    rows = read_only.rows("contacts")
    names = [row["name"].casefold() for row in rows]
    assert names == sorted(names)
    found = {row["id"] for row in rows}
    for state in ("blocked", "deleted", "verified", "unverified"):
        numbers = {row["id"] for row in read_only.rows("contacts", state=state)}
        assert numbers == {number for number, row in truth.items() if row["state"] == state}
        assert numbers
        assert numbers.isdisjoint(found) == (state in ("blocked", "deleted"))
    assert all(("other_companies" in row) == (row["company_id"] is not None) for row in rows)
    assert not {"tags", "other_emails", "avatar"} & rows[0].keys()
    assert {"tags", "other_emails", "avatar"} <= read_only.get(f"contacts/{rows[0]['id']}").json().keys()


def test_contacts_take_both_spellings_of_updated_since(read_only: Client) -> None:
    """The underscored one is old, the plain one is documented now."""
    everybody = read_only.rows("contacts")
    since = sorted(row["updated_at"] for row in everybody)[len(everybody) // 2]
    old = read_only.rows("contacts", _updated_since=since)
    assert old == read_only.rows("contacts", updated_since=since)
    assert 0 < len(old) < len(everybody)


def test_only_views_tell_groups_and_roles_of_agents_and_members_of_old_groups(read_only: Client) -> None:
    """/admin/groups tells the members in its list."""
    agent = read_only.get("agents").json()[0]
    assert not {"group_ids", "role_ids", "skill_ids"} & agent.keys()
    assert {"group_ids", "role_ids", "skill_ids"} <= read_only.get(f"agents/{agent['id']}").json().keys()
    group = read_only.get("groups").json()[0]
    assert "agent_ids" not in group
    members = read_only.get(f"groups/{group['id']}").json()["agent_ids"]
    assert members == read_only.get("admin/groups").json()[0]["agent_ids"] != []
    rows = read_only.get(f"admin/groups/{group['id']}/agents").json()
    assert [row["id"] for row in rows] == members
    assert all(row["role_ids"] for row in rows)


def test_time_entries_and_ratings_are_filtered_by_their_own_stamps(read_only: Client) -> None:
    """executed_at and created_at: neither tells of a later change."""
    entries = read_only.rows("time_entries")
    middle = sorted(row["executed_at"] for row in entries)[len(entries) // 2]
    assert {row["id"] for row in read_only.rows("time_entries", executed_after=middle)} == {
        row["id"] for row in entries if row["executed_at"] >= middle
    }
    assert all(row["billable"] for row in read_only.rows("time_entries", billable="true"))
    ratings = read_only.rows("surveys/satisfaction_ratings")
    late = read_only.rows("surveys/satisfaction_ratings", created_since=ratings[5]["created_at"])
    assert 0 < len(late) < len(ratings)
    ticket_id = ratings[0]["ticket_id"]
    assert read_only.get(f"tickets/{ticket_id}/satisfaction_ratings").json()[0]["ticket_id"] == ticket_id


def test_ticket_fields_show_choices_in_all_their_shapes(read_only: Client) -> None:
    """Absent, texts, {label: id}, {code: [two labels]}, nested."""
    fields = {row["name"]: row for row in read_only.get("ticket_fields").json()}
    fields |= {row["name"]: row for row in read_only.rows("ticket_fields")}
    assert "choices" not in fields["subject"]
    assert "Incident" in fields["ticket_type"]["choices"]
    assert fields["priority"]["choices"]["Urgent"] == 4
    assert fields["status"]["choices"]["8"][0].startswith("Beim Hersteller")
    assert isinstance(fields["cf_region"]["choices"][0]["Europe"], list)
    assert [nested["level"] for nested in fields["cf_region"]["nested_ticket_fields"]] == [2, 3]
    assert set(fields["group"]["choices"].values()) == {row["id"] for row in read_only.get("groups").json()}


def test_every_list_is_its_truth(read_only: Client) -> None:
    """What the tests of an extractor compare with is what the API shows."""
    resources = {"email/mailboxes": "mailboxes", "admin/groups": "groups"}
    resources |= {"surveys/satisfaction_ratings": "satisfaction_ratings"}
    resources |= {"solutions/categories": "solution_categories"}
    resources |= {"discussions/categories": "discussion_categories"}
    for endpoint in ENDPOINTS:
        if "{" in endpoint.path or not endpoint.paged or endpoint.path in ("tickets", "contacts"):
            continue
        if endpoint in SETUP:
            continue
        truth = read_only.server.world.truth(resources.get(endpoint.path, endpoint.path))
        rows = read_only.rows(endpoint.path)
        assert {row["id"] for row in rows} == truth.keys(), endpoint.path
        assert all(row.items() <= truth[row["id"]].items() for row in rows if endpoint.path != "groups")


def test_every_view_answers_like_its_truth(read_only: Client) -> None:
    """A ticket's row call and its truth differ in signed URLs and in what must be included."""
    world = read_only.server.world
    tickets, contacts = world.truth_tickets(), world.truth_contacts()
    for number in (world.shelves["live"].updated_at[3][1], world.shelves["deleted"].updated_at[0][1]):
        view = read_only.get(f"tickets/{number}", include="stats").json()
        assert all(view[key] == tickets[number][key] for key in view if key != "attachments")
    for number in list(contacts)[:30]:
        view = read_only.get(f"contacts/{number}").json()
        assert all(view[key] == contacts[number][key] for key in view if key != "avatar")
        assert view.keys() == contacts[number].keys() - {"state"}


@pytest.mark.parametrize(
    ("archived_view", "status", "flagged"),
    [("missing", 404, None), ("redirect", 302, None), ("flagged", 200, True), ("plain", 200, None)],
)
def test_what_an_archived_tickets_own_url_answers_can_be_chosen(
    client: Client, archived_view: str, status: int, flagged: bool | None
) -> None:
    """Not established (docs/freshdesk_api.md, 4.2), so a client must cope with each."""
    number = client.server.world.shelves["live"].updated_at[0][1]
    client.server.world.archive(number)
    client.server.switches.archived_view = archived_view
    reply = client.get(f"tickets/{number}")
    assert reply.status_code == status
    assert (reply.json().get("archived") if status == 200 else None) is flagged
    assert client.get(f"tickets/archived/{number}").json()["archived"] is True


def test_the_admin_singletons_answer(read_only: Client) -> None:
    """organisation_id is beyond 2^53, which floats cannot hold."""
    account = read_only.get("account").json()
    assert account["organisation_id"] > 2**53
    assert account["total_agents"]["full_time"] > 0
    assert "id" not in read_only.get("settings/helpdesk", per_page=100).json()


def test_replies_carry_the_worlds_date_and_no_servers_name() -> None:
    """A watermark from the Date header must come from the account's clock, not from this machine's."""
    now = datetime(2030, 5, 6, 7, 8, 9, tzinfo=UTC)
    with serve(World(tickets=10, now=now)) as server:
        client = Client(server)
        reply = client.get("tickets")
        assert reply.headers["Date"] == "Mon, 06 May 2030 07:08:09 GMT"
        server.world.clock.advance(timedelta(hours=1))
        assert client.get("tickets").headers["Date"] == "Mon, 06 May 2030 08:08:09 GMT"
        assert reply.headers["Content-Type"] == "application/json; charset=utf-8"
        assert reply.headers["X-Freshdesk-API-Version"] == "latest=v2; requested=v2"
        assert len(reply.headers["X-Request-Id"]) == 32
        assert "Server" not in reply.headers
        client.session.close()
