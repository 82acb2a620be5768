"""The client trusts no reply that is not whole, and asks again until it has given up."""

import socket
import threading
from contextlib import closing
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
import pytest

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
    Unavailable,
    UnexpectedReply,
    Unreachable,
)
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.extract.rows import row_of, rows_of
from freshdesk_assets_tests.extract.http.answering import KEY, LIMIT, Answer, Library, rows, said
from freshdesk_assets_tests.extract.http.limited import VirtualClock


def test_a_reply_tells_its_rows_the_next_page_and_the_time(library: Library, client: Client) -> None:
    """The three things that readers go by; the time is Freshdesk's own, whose clock dates the rows."""
    link = f'<{library.url}/api/v2/shelves?page=2&updated_since=2024-01-01T00%3A00%3A00Z>; rel="next"'
    library.give(Answer(body=b'[{"id": 1}]', headers={**LIMIT, "Link": link}))
    reply = client.get("shelves", {"per_page": 100, "open": True}, parse=rows)
    assert reply.content == [{"id": 1}]
    assert reply.next == f"{library.url}/api/v2/shelves?page=2&updated_since=2024-01-01T00%3A00%3A00Z"
    assert reply.moment is not None
    assert reply.moment.tzinfo is UTC
    assert abs((datetime.now(UTC) - reply.moment).total_seconds()) < 60
    (asked,) = library.asked
    assert urlsplit(asked.target).path == "/api/v2/shelves"
    assert asked.query == {"per_page": "100", "open": "true"}
    assert asked.headers["Accept"] == "application/json"
    assert asked.headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    "bad",
    [
        Answer(body=b'[{"id": 1}, {"id": 2}]', cut=1),
        Answer(body=b"[]" + b" " * 50, cut=50),
        Answer(body=b'[{"id": 1}, {"i'),
        Answer(body=b"<html>Just a moment</html>"),
        Answer(body=b"\xff\xfe"),
        Answer(status=502, body=b"<html>Bad Gateway</html>"),
        Answer(status=503, body=b""),
    ],
)
def test_a_damaged_reply_is_asked_for_again(library: Library, client: Client, bad: Answer) -> None:
    """The second one here is whole JSON although the rest of it never came: only its length tells."""
    library.give(bad, bad, Answer(body=b'[{"id": 7}]'))
    assert client.get("shelves", parse=rows).content == [{"id": 7}]
    assert client.tally.calls == 3
    assert client.tally.retries == 2


@pytest.mark.parametrize(
    "body", [b"<!DOCTYPE html><p>Sign in", b"\r\n<?xml version='1.0'?>", b"Blocked", b"OK"]
)
def test_what_is_no_json_at_all_is_asked_for_once_more(
    library: Library, client: Client, clock: VirtualClock, body: bytes
) -> None:
    """A login page or a portal is the same at each attempt; that its status is 200 makes it no reply."""
    page = Answer(headers={"Content-Type": "text/html"}, body=body)
    library.give(page)
    with pytest.raises(
        ConfigurationError, match=r"with (a web page|text that is no JSON), as a login page"
    ) as caught:
        client.get("shelves", parse=rows)
    assert client.tally.calls == 2
    assert "Sign in" not in said(caught.value)
    library.give(page, Answer(body=b"[7]"))
    assert client.get("shelves", parse=rows).content == [7]
    # An account that has answered does not turn into another host: the page is an outage.
    library.give(*[page] * 5, Answer())
    assert client.get("shelves", parse=rows).content == []


@pytest.mark.parametrize(
    ("body", "shape"),
    [
        (
            b'{"shelves": [{"id": 1, "name": "customer"}], "meta": {"count": 1}}',
            "a list wrapped in an object",
        ),
        (b'{"shelf": {"id": 1}}', "an object"),
        (b'{"a": [1], "b": [2]}', "an object"),
        (b'{"customer@example.com": [1]}', "an object"),
        (b'{"half": "\\ud800", "n": ' + b"1" * 5000 + b"}", "an object"),
        (b"null", "a single value"),
        (b'"customer"', "a single value"),
        (b"7", "a single value"),
    ],
)
def test_a_whole_reply_of_another_shape_is_no_damage(
    library: Library, client: Client, body: bytes, shape: str
) -> None:
    """Freshservice takes such a key, has such paths and sends such headers; its lists come in an object."""
    library.give(Answer(body=body))
    with pytest.raises(ConfigurationError, match=f"with {shape}.*, as Freshservice") as wrong:
        client.get("shelves", parse=rows_of)
    library.give(Answer(body=b'[{"id": 1}]'), Answer(body=body))
    client.get("books", parse=rows_of)
    with pytest.raises(UnexpectedReply, match=f"shelves with {shape}.*not what Freshdesk sends there") as odd:
        client.get("shelves", parse=rows_of)
    assert "customer" not in said(wrong.value) + said(odd.value)
    assert client.tally.calls == 3


def test_a_row_that_comes_as_a_list_is_no_row(library: Library, client: Client) -> None:
    library.give(Answer(body=b'[{"id": 1}]'))
    with pytest.raises(ConfigurationError, match="shelves/1 with a list"):
        client.get("shelves/1", parse=row_of, one_row=True)


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf[{"id":1}]', '[{"id":1}]'.encode("utf-16")])
def test_a_mark_before_the_text_is_none_of_it(library: Library, client: Client, body: bytes) -> None:
    """Gateways write one when they write a body anew; JSON does not begin with it."""
    library.give(Answer(body=body))
    assert client.get("shelves", parse=rows_of).content == [b'{"id":1}']


def test_msgspecs_complaints_count_as_damage(library: Library, client: Client) -> None:
    """Readers parse with msgspec."""
    library.give(Answer(body=b"[1, 2"), Answer(body=b"[1]"))
    assert client.get("shelves", parse=msgspec.json.Decoder(list[int]).decode).content == [1]


def test_other_errors_of_the_parser_are_its_own(library: Library, client: Client) -> None:
    """A defect in our code would be asked for six times and then be called an outage."""

    def broken(body: bytes) -> None:
        raise KeyError("id")

    with pytest.raises(KeyError):
        client.get("shelves", parse=broken)
    assert client.tally.calls == 1


def test_giving_up_says_what_failed_and_spreads_the_attempts(
    library: Library, client: Client, clock: VirtualClock
) -> None:
    """A short outage is sat out; threads that failed together must not come back together."""
    library.give(Answer(status=500, body=b"customer@example.com"))
    with pytest.raises(
        Unavailable, match=r"shelves \(page=2, email\) in 6 attempts, last: status 500"
    ) as caught:
        client.get("shelves", {"page": 2, "email": "customer@example.com"}, parse=rows)
    assert "customer" not in said(caught.value)
    assert len(clock.slept) == 5
    assert all(seconds <= 2**attempt for attempt, seconds in enumerate(clock.slept))
    assert client.tally.since(Tally()) == Tally(calls=6, credits=6, bytes=6 * 20, retries=5)


def test_an_overloaded_freshdesk_is_given_the_time_it_asks_for(
    library: Library, client: Client, clock: VirtualClock
) -> None:
    """Six attempts within seconds would all meet the same 503."""
    library.give(Answer(status=503, headers={"Retry-After": "30"}), Answer())
    client.get("shelves", parse=rows)
    assert clock.slept == [30]


def test_a_host_that_takes_no_connection_is_said_soon(clock: VirtualClock) -> None:
    """Nothing listens there; the library's error, which quotes the URL, is not part of ours."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = Client(domain=url, api_key=KEY, clock=clock, sleep=clock.sleep)
        with client, pytest.raises(Unreachable, match=r"cannot be reached \(connection refused\)") as caught:
            client.get("shelves", {"email": "customer@example.com"}, parse=rows)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "customer" not in said(caught.value)
    assert clock.slept == [3]


def test_silence_is_an_outage(library: Library, clock: VirtualClock) -> None:
    """A read timeout is a failed attempt like any other."""
    answered = threading.Event()
    library.before = lambda: answered.wait(2)
    client = Client(
        domain=library.url, api_key=KEY, clock=clock, sleep=clock.sleep, attempts=2, timeout=(1, 0.05)
    )
    with client, pytest.raises(Unavailable, match="ReadTimeout"):
        client.get("shelves", parse=rows)
    answered.set()


def test_a_reply_in_chunks_that_breaks_off_is_asked_for_again(clock: VirtualClock) -> None:
    """Without a Content-Length the missing last chunk is what tells."""
    replies = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\n[7]\r\n0\r\n\r\n",
    ]

    def serve(listener: socket.socket) -> None:
        for reply in replies:
            connection, _ = listener.accept()
            with connection:
                while b"\r\n\r\n" not in connection.recv(65536):
                    pass
                connection.sendall(reply)

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Client(domain=url, api_key=KEY, clock=clock, sleep=clock.sleep) as client:
            assert client.get("shelves", parse=rows).content == [7]
            assert client.tally.retries == 1
        thread.join()


@pytest.mark.parametrize(
    ("params", "one_row", "cost"),
    [
        ({}, False, 1),
        ({"include": "a,b,c"}, False, 7),
        ({"include": "a,b"}, True, 3),
        ({"include": ""}, True, 1),
    ],
)
def test_includes_cost_two_on_a_list_and_one_on_a_row(
    library: Library, client: Client, params: dict[str, str], one_row: bool, cost: int
) -> None:
    """Freshdesk's price list; one connector charges 1 per include and runs into 429s."""
    library.give(Answer(headers={"X-RateLimit-Total": "400"}))
    client.get("shelves", params, parse=rows, one_row=one_row)
    assert client.tally.credits == cost


def test_many_threads_share_one_client(library: Library) -> None:
    """By the real clock: nothing is lost, and until the total is known one request goes alone."""
    together, under_way, lock = [], [0], threading.Lock()

    def before() -> None:
        with lock:
            under_way[0] += 1
            together.append(under_way[0])
        threading.Event().wait(0.05)
        with lock:
            under_way[0] -= 1

    library.before = before
    with Client(domain=library.url, api_key=KEY, workers=8) as client:
        found: list[object] = []
        threads = [
            threading.Thread(target=lambda: found.append(client.get("shelves", parse=rows).content))
            for _ in range(24)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert found == [[]] * 24
        assert client.tally.calls == 24
    assert together[0] == 1
    assert max(together) > 4


def test_closing_ends_the_wait_for_a_429(library: Library) -> None:
    """Or a stopped run would keep its threads for half an hour."""
    library.give(Answer(status=429, headers={**LIMIT, "Retry-After": "1500"}))
    paused, ended = threading.Event(), []
    client = Client(domain=library.url, api_key=KEY, report=lambda message: paused.set())

    def work() -> None:
        with pytest.raises(Unavailable, match="closed"):
            client.get("shelves", parse=rows)
        ended.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    assert paused.wait(5)
    client.close()
    thread.join(5)
    assert ended == [True]
