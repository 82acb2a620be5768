"""Each fault does what its name says, as often as it was told to."""

import json

import pytest
import requests

from freshdesk_assets.simulator.faults import NAMES, Faults
from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.simulator.conftest import Client

ALL = {"updated_since": "1970-01-01", "order_by": "updated_at", "order_type": "asc"}


def test_an_unknown_fault_is_refused_by_name() -> None:
    """A misspelt fault that never strikes would make a test pass for nothing."""
    with pytest.raises(ValueError, match="no fault is called 'bad_gatway'"):
        Faults().add("bad_gatway")
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("bad_gateway", 502),
        ("unavailable", 503),
        ("server_error", 500),
        ("throttled", 429),
        ("redirect", 302),
    ],
)
def test_a_fault_replaces_the_reply_once_and_is_over(
    server: Server, client: Client, name: str, status: int
) -> None:
    """`times` is one unless told otherwise."""
    server.faults.add(name, path="tickets")
    assert client.get("contacts").status_code == 200
    assert client.get("tickets").status_code == status
    assert client.get("tickets").status_code == 200


def test_what_the_replacing_faults_send(server: Server, client: Client) -> None:
    """A 502 is a page, a 429 may ask for very long, a redirect leads to a stranger."""
    server.faults.add("bad_gateway")
    assert client.get("roles").headers["Content-Type"] == "text/html"
    server.faults.add("throttled", retry_after=3333)
    assert client.get("roles").headers["Retry-After"] == "3333"
    server.faults.add("redirect")
    assert client.get("roles").headers["Location"].startswith("http://elsewhere.example/")
    assert server.meter.throttled == 1


def test_one_parent_can_be_gone(server: Server, client: Client) -> None:
    """A ticket is purged between the list and its conversations."""
    first, second = (number for _, number in server.world.shelves["live"].updated_at[:2])
    server.faults.add("gone", path="tickets/{id}/conversations", id=first, times=None)
    assert client.get(f"tickets/{first}/conversations").status_code == 404
    assert client.get(f"tickets/{second}/conversations").status_code == 200
    assert client.get(f"tickets/{first}").status_code == 200


def test_a_row_can_be_refused_by_freshdesk_or_by_what_stands_before_it(
    server: Server, client: Client
) -> None:
    """A firewall's page has none of the headers that each of the API's replies has."""
    first, second = (number for _, number in server.world.shelves["live"].updated_at[:2])
    server.faults.add("refused", path="tickets/{id}", id=first, times=2, code="access_denied")
    refused = client.get(f"tickets/{first}")
    assert (refused.status_code, refused.json()["code"]) == (403, "access_denied")
    assert "X-RateLimit-Total" in refused.headers
    assert client.get(f"tickets/{second}").status_code == 200
    server.faults.clear()
    server.faults.add("refused", status=404, html=True)
    page = client.get("roles")
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html")
    assert page.text.startswith("<html>")
    assert not [name for name in page.headers if name.startswith("X-")]
    server.faults.add("refused", status=410)
    assert (client.get("roles").status_code, client.get("roles").status_code) == (410, 200)


def test_faults_can_wait_and_strike_by_chance_in_the_same_way_each_time(
    server: Server, client: Client
) -> None:
    """Deterministic, or a failing test could not be repeated."""
    server.faults.add("unavailable", after=2)
    assert [client.get("roles").status_code for _ in range(4)] == [200, 200, 503, 200]
    server.faults.clear()

    def struck() -> list[bool]:
        faults = Faults(seed=9)
        faults.add("unavailable", probability=0.3, times=None)
        return [faults.strike(("unavailable",), "roles") is not None for _ in range(50)]

    assert struck() == struck()
    assert 5 < sum(struck()) < 30


def test_the_connection_can_be_reset_or_cut_in_the_middle(server: Server, client: Client) -> None:
    """Half a body under a full Content-Length must not be taken for a page."""
    for name in ("reset", "truncated"):
        server.faults.add(name, path="tickets")
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            client.get("tickets")
        assert client.get("tickets").status_code == 200


def test_a_reply_can_be_slow_or_no_json(server: Server, client: Client) -> None:
    """With status 200."""
    server.faults.add("invalid_json")
    reply = client.get("tickets")
    assert reply.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        reply.json()
    server.faults.add("slow", seconds=0.2)
    assert client.get("roles").elapsed.total_seconds() >= 0.2


def test_link_can_loop_or_lead_elsewhere(server: Server, client: Client) -> None:
    """A client must notice the first and not hand its key to the second."""
    server.faults.add("link_loop")
    reply = client.get("tickets", per_page=5, page=2)
    assert "page=2" in reply.links["next"]["url"]
    server.faults.add("link_elsewhere")
    assert (
        client.get("tickets", per_page=5).links["next"]["url"].startswith("http://elsewhere.example/api/v2/")
    )


def test_due_by_can_be_pending_at_the_first_read(server: Server, client: Client) -> None:
    """It is filled seconds later (docs/freshdesk_api.md, 5.2)."""
    server.faults.add("due_by_pending", times=None)
    first, second = (client.get("tickets", **ALL).json() for _ in range(2))
    assert {row["due_by"] for row in first} == {None}
    assert any(row["due_by"] for row in second)


def test_rows_can_have_a_key_nobody_knows(server: Server, client: Client) -> None:
    """Freshdesk adds keys without notice."""
    server.faults.add("unknown_key", key="mood", value="😀")
    assert all(row["mood"] == "😀" for row in client.get("tickets").json())


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("text_for_integer", b'"priority":"high"'),
        ("big_integer", b":18446744073709551616"),
        ("bad_timestamp", b'"2026-02-30T25:61:00Z"'),
        ("lone_surrogate", b"\\ud800"),
        ("invalid_utf8", b"caf\xff"),
        ("duplicate_key", b'"subject":"the first of two"'),
    ],
)
def test_one_row_can_have_an_odd_value(server: Server, client: Client, kind: str, raw: bytes) -> None:
    """Written byte by byte: no JSON encoder would."""
    server.faults.add("odd_value", kind=kind, path="tickets", row=1)
    struck = client.get("tickets", **ALL).content
    assert struck.count(raw) == 1
    assert b"@@" not in struck
    if kind != "invalid_utf8":
        assert len(json.loads(struck)) == 30
    assert raw not in client.get("tickets", **ALL).content
