"""The client trusts no reply that is not whole, and tells what to do about each that is refused."""

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
import requests

from freshdesk_assets.extract.http.address import base_url
from freshdesk_assets.extract.http.client import Client, moment, session
from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
    FreshdeskError,
    NotAllowed,
    NotFound,
    Refused,
    Unavailable,
    UnexpectedReply,
)
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.schema.table import SubLimit

KEY = "s3cretKeyOfAnAgent99"
SHELVES = SubLimit("shelves list", ((0, 100),))
LIMIT = {"X-RateLimit-Total": "400", "X-RateLimit-Remaining": "390", "X-RateLimit-Used-CurrentRequest": "1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server says once; `cut` leaves out so many bytes of the body it announced."""

    status: int = 200
    body: bytes = b"[]"
    headers: Mapping[str, str] = field(default_factory=lambda: LIMIT)
    cut: int = 0


@dataclass(slots=True)
class Library:
    """A server of shelves that gives its answers in turn, the last one for ever."""

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    before: Callable[[], object] = lambda: None

    def give(self, *answers: Answer) -> None:
        self.answers = list(answers)


class Clock:
    """Time that passes by sleeping only, for any number of threads."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def library() -> Iterator[Library]:
    found = Library()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else every reply on a kept connection takes 40 ms

        def do_GET(self) -> None:
            found.before()
            found.asked.append((self.path, dict(self.headers)))
            answer = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            with suppress(ConnectionError):  # a client that has stopped waiting
                self.end_headers()
                self.wfile.write(answer.body[: len(answer.body) - answer.cut])
            self.close_connection = bool(answer.cut)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}"
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reports() -> list[str]:
    return []


@pytest.fixture
def client(library: Library, clock: Clock, reports: list[str]) -> Iterator[Client]:
    with Client(
        domain=library.url, api_key=KEY, clock=clock, sleep=clock.sleep, report=reports.append
    ) as made:
        yield made


def rows(body: bytes) -> list[object]:
    content: list[object] = json.loads(body)
    return content


def said(error: BaseException) -> str:
    """Everything of an error that a run's log would keep."""
    parts = []
    cause: BaseException | None = error
    while cause is not None:
        parts.append(f"{cause!r} {cause}")
        cause = cause.__cause__ or cause.__context__
    return " ".join(parts)


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
    path, headers = library.asked[0]
    assert urlsplit(path).path == "/api/v2/shelves"
    assert parse_qs(urlsplit(path).query) == {"per_page": ["100"], "open": ["true"]}
    assert headers["Accept"] == "application/json"
    assert headers["Authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ('< {base}/api/v2/shelves?filter=all&page=2>;rel="next"', "/api/v2/shelves?filter=all&page=2"),
        ('<{base}/api/v2/shelves?page=3>; rel="next"', "/api/v2/shelves?page=3"),
        ("<{base}/api/v2/shelves?page=3>; rel=next", "/api/v2/shelves?page=3"),
        ('<{base}/x>; rel="prev", <{base}/api/v2/shelves?page=3>; rel="next"', "/api/v2/shelves?page=3"),
        ('</api/v2/shelves?page=4>; rel="next"', "/api/v2/shelves?page=4"),
        ('<{base}/next>; rel="prev"', None),
        ("", None),
    ],
)
def test_every_spelling_of_the_next_page_is_read(
    library: Library, client: Client, link: str, page: str | None
) -> None:
    """The documentation's sample has a blank after `<`, recorded replies have not; missed, rows are lost."""
    library.give(Answer(headers={**LIMIT, "Link": link.format(base=library.url)}))
    assert client.get("shelves", parse=rows).next == (library.url + page if page else None)


@pytest.mark.parametrize(
    "link",
    [
        '<https://elsewhere.example/api/v2/shelves?page=2>; rel="next"',
        '<{base}0/api/v2/shelves?page=2>; rel="next"',
        '<http://[::1/shelves>; rel="next"',
        '<>; rel="next"',
        'page=2; rel="next"',
    ],
)
def test_a_next_page_that_is_not_the_accounts_is_not_trusted(
    library: Library, client: Client, link: str
) -> None:
    """Followed, it would send the key elsewhere; ignored, it would lose rows."""
    library.give(Answer(headers={**LIMIT, "Link": link.format(base=library.url)}))
    with pytest.raises(UnexpectedReply, match="shelves"):
        client.get("shelves", parse=rows)


@pytest.mark.parametrize("date", ["yesterday", "", "Thu, 99 Foo 2024 00:00:00 GMT"])
def test_a_time_that_cannot_be_read_is_none(date: str) -> None:
    """Readers then keep a wider margin; a wrong time would skip changes."""
    assert moment({"Date": date}) is None


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
    library: Library, client: Client, clock: Clock
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
    library: Library, client: Client, clock: Clock
) -> None:
    """Six attempts within seconds would all meet the same 503."""
    library.give(Answer(status=503, headers={"Retry-After": "30"}), Answer())
    client.get("shelves", parse=rows)
    assert clock.slept == [30]


def test_no_answer_at_all_is_an_outage(clock: Clock) -> None:
    """Nothing listens there; the library's error, which quotes the URL, is not part of ours."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        client = Client(domain=url, api_key=KEY, clock=clock, sleep=clock.sleep, attempts=2)
        with client, pytest.raises(Unavailable, match="in 2 attempts, last: ConnectionError") as caught:
            client.get("shelves", {"email": "customer@example.com"}, parse=rows)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert "customer" not in said(caught.value)


def test_silence_is_an_outage(library: Library, clock: Clock) -> None:
    """A read timeout is a failed attempt like any other."""
    answered = threading.Event()
    library.before = lambda: answered.wait(2)
    client = Client(
        domain=library.url, api_key=KEY, clock=clock, sleep=clock.sleep, attempts=2, timeout=(1, 0.05)
    )
    with client, pytest.raises(Unavailable, match="ReadTimeout"):
        client.get("shelves", parse=rows)
    answered.set()


def test_a_reply_in_chunks_that_breaks_off_is_asked_for_again(clock: Clock) -> None:
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
    ("status", "body", "error", "words"),
    [
        (401, b'{"code":"invalid_credentials","message":"You have to be..."}', ConfigurationError, "API_KEY"),
        (403, b'{"code":"account_suspended","message":""}', ConfigurationError, "suspended"),
        (400, b'{"code":"ssl_required"}', ConfigurationError, "https"),
        (403, b'{"code":"access_denied","message":"You are not authorized."}', NotAllowed, "not authorized"),
        (
            403,
            b'{"code":"require_feature","message":"The Surveys feature(s) is/are not"}',
            NotAllowed,
            "Surveys",
        ),
        (403, b"<html>", NotAllowed, "without a code"),
        (404, b"", NotFound, "shelves"),
        (400, b"", Refused, "400 without a code"),
        (405, b"<html>", Refused, "405"),
        (406, b"[1]", Refused, "406"),
        (415, b"null", Refused, "415"),
        (400, b'{"errors":[7, {"field": 7, "code": null}], "code": [], "message": {}}', Refused, "400"),
    ],
)
def test_each_refusal_says_what_to_do(
    library: Library, client: Client, status: int, body: bytes, error: type[FreshdeskError], words: str
) -> None:
    """Bodies may be empty, HTML or odd; none of these gets better by asking again."""
    library.give(Answer(status=status, body=body))
    with pytest.raises(error, match=words) as caught:
        client.get("shelves", parse=rows)
    assert KEY not in said(caught.value)
    assert client.tally.calls == 1


def test_a_refusal_names_the_parameter_but_not_its_value(library: Library, client: Client) -> None:
    """Readers try another spelling of a parameter by the field's name; logs are read by many."""
    body = {
        "description": "Validation failed",
        "errors": [
            {
                "field": "updated_since",
                "message": "no such thing: customer@example.com",
                "code": "invalid_field",
            },
            {"field": "customer@example.com", "message": "", "code": "a sentence about them"},
        ],
    }
    library.give(Answer(status=400, body=json.dumps(body).encode()))
    params = {"updated_since": "2024-01-01", "email": "customer@example.com"}
    with pytest.raises(Refused, match="updated_since=2024-01-01, email") as caught:
        client.get("shelves", params, parse=rows)
    assert caught.value.fields == ("updated_since",)
    assert caught.value.codes == ("invalid_field",)
    assert "customer" not in said(caught.value)


def test_custom_objects_refuse_in_their_own_shape(library: Library, client: Client) -> None:
    """They say error_type, type and name."""
    library.give(
        Answer(status=400, body=b'{"error_type":"INVALID_INPUT","errors":[{"type":"schema","name":"size"}]}'),
        Answer(status=403, body=b'{"error_type":"PERMISSION_NOT_ALLOWED","message":"No."}'),
    )
    with pytest.raises(Refused) as refused:
        client.get("custom_objects", parse=rows)
    assert (refused.value.fields, refused.value.codes) == (("size",), ("schema",))
    with pytest.raises(NotAllowed) as denied:
        client.get("custom_objects", parse=rows)
    assert (denied.value.code, denied.value.reason) == ("PERMISSION_NOT_ALLOWED", "No.")


def test_a_404_of_a_host_that_is_no_account_is_not_believed(library: Library, client: Client) -> None:
    """With a wrong domain every path is 404, and every ticket would be taken for deleted."""
    library.give(
        Answer(status=404, body=b"", headers={}), Answer(headers={}), Answer(status=404, body=b"", headers={})
    )
    with pytest.raises(ConfigurationError, match="FRESHDESK_DOMAIN"):
        client.get("shelves/1", parse=rows)
    client.get("shelves", parse=rows)
    with pytest.raises(NotFound):
        client.get("shelves/1", parse=rows)


def test_a_redirect_is_not_followed(library: Library, client: Client) -> None:
    """It would take the key to another host, and ends at a login page that answers 200."""
    target = "https://login.example.com/login?email=customer@example.com"
    library.give(Answer(status=302, headers={"Location": target}))
    with pytest.raises(ConfigurationError, match=r"to login\.example\.com") as caught:
        client.get("shelves", parse=rows)
    assert "customer" not in said(caught.value)
    assert len(library.asked) == 1


def test_a_host_that_does_not_exist_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    """A misspelt domain should be told at once, not after six attempts as an outage."""

    def nowhere(*args: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    client = Client(domain="acme.freshdesk.invalid", api_key=KEY, clock=clock, sleep=clock.sleep)
    with client, pytest.raises(ConfigurationError, match=r"no host acme\.freshdesk\.invalid") as caught:
        client.get("shelves", parse=rows)
    assert caught.value.__context__ is None
    assert clock.slept == []


@pytest.mark.parametrize(
    ("retry_after", "least"), [("17", 17), ("1500", 1500), ("soon", 60), (None, 60), ("0", 1)]
)
def test_a_429_is_waited_out_however_long(
    library: Library, client: Client, clock: Clock, reports: list[str], retry_after: str | None, least: int
) -> None:
    """Hourly accounts ask for half an hour; asking earlier costs credits and is refused again."""
    spent = {**LIMIT, "X-RateLimit-Remaining": "0"}
    headers = {**spent, "Retry-After": retry_after} if retry_after else spent
    library.give(*[Answer(status=429, body=b"{odd", headers=headers)] * 8, Answer(headers=LIMIT))
    client.get("shelves", parse=rows)
    assert 8 * least <= clock.now <= 8 * (least + 1.1)
    assert (client.tally.throttled, client.tally.retries) == (8, 0)
    assert client.tally.waited == pytest.approx(clock.now)
    assert len(reports) == 8
    assert f"wait {least} s (429 on shelves)" in reports[0]


def test_a_429_with_credits_left_teaches_the_sub_limit(
    library: Library, client: Client, reports: list[str]
) -> None:
    """Remaining tells of the account only: what ran out is the list's own limit."""
    library.give(*[Answer()] * 5, Answer(status=429, headers={**LIMIT, "Retry-After": "20"}), Answer())
    for _ in range(6):
        client.get("shelves", parse=rows, sub_limit=SHELVES)
    assert len(reports) == 1
    assert "390 of 400 credits left; held to 5 calls a minute of shelves list" in reports[0]


def test_an_account_without_any_calls_is_told_so(library: Library, client: Client) -> None:
    """The Free plan may have 0 a minute: waiting for the limit would never end."""
    library.give(Answer(status=429, headers={"X-RateLimit-Total": "0", "Retry-After": "60"}))
    with pytest.raises(ConfigurationError, match="plan"):
        client.get("shelves", parse=rows)


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


@pytest.mark.parametrize(
    ("header", "cost"),
    [("4", 4), ("100.0", 100), ("0", 0), ("", 1), ("many", 1), ("-3", 1), ("inf", 1), ("nan", 1)],
)
def test_what_freshdesk_says_it_cost_is_what_it_cost(
    library: Library, client: Client, header: str, cost: int
) -> None:
    """One connector's tests have 100.0; rubbish must neither stop the sync nor count."""
    library.give(Answer(headers={"X-RateLimit-Total": "400.0", "X-RateLimit-Used-CurrentRequest": header}))
    client.get("shelves", parse=rows)
    assert client.tally.credits == cost
    assert client.limiter.total == 400


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


def test_the_key_is_neither_shown_nor_replaced(
    library: Library,
    client: Client,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A ~/.netrc entry replaces an Authorization header in requests; a proxy must not get loopback calls."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    caplog.set_level(logging.DEBUG)
    client.get("shelves", parse=rows)
    assert library.asked[0][1]["Authorization"] == "Basic czNjcmV0S2V5T2ZBbkFnZW50OTk6WA=="
    pool = session(base_url("acme.freshdesk.com"), KEY, 1)
    sent = pool.prepare_request(requests.Request("GET", "https://acme.freshdesk.com/api/v2/shelves"))
    assert sent.headers["Authorization"] == "Basic czNjcmV0S2V5T2ZBbkFnZW50OTk6WA=="
    assert KEY not in repr(client) + repr(vars(client)) + caplog.text
    assert "czNjcmV0" not in caplog.text


def test_cookies_are_not_kept(library: Library, client: Client) -> None:
    """A session cookie could outlive a change of the key."""
    library.give(Answer(headers={**LIMIT, "Set-Cookie": "session=1; Path=/"}))
    client.get("shelves", parse=rows)
    client.get("shelves", parse=rows)
    assert "Cookie" not in library.asked[1][1]


@pytest.mark.parametrize("key", ["", "  ", f"{KEY}\n", f" {KEY}", "two words", "käse", f"{KEY}:X"])
def test_a_key_that_cannot_be_one_is_refused_without_repeating_it(key: str) -> None:
    """A line end from a secret's file is the usual mistake."""
    with pytest.raises(ConfigurationError, match="FRESHDESK_API_KEY") as caught:
        Client(domain="acme.freshdesk.com", api_key=key)
    assert not key.strip() or key.strip() not in said(caught.value)


@pytest.mark.parametrize(
    "domain",
    [
        "",
        " ",
        "acme",
        KEY,
        "acme.freshdesk.com\n",
        "http://acme.freshdesk.com",
        "ftp://acme.freshdesk.com",
        "https://acme.freshdesk.com/a/tickets",
        "acme.freshdesk.com/api/v2",
        f"https://{KEY}:X@acme.freshdesk.com",
        "https://acme.freshdesk.com?x=1",
        "acme.freshdesk.com:port",
        "https://[::1",
        "http://10.0.0.1:8080",
    ],
)
def test_a_domain_that_cannot_be_one_is_refused(domain: str) -> None:
    """Before the key is sent to it; the value is not repeated, because people mix the two variables up."""
    with pytest.raises(ConfigurationError, match="FRESHDESK_DOMAIN") as caught:
        Client(domain=domain, api_key=KEY)
    assert KEY not in said(caught.value)


@pytest.mark.parametrize(
    ("domain", "base"),
    [
        ("acme.freshdesk.com", "https://acme.freshdesk.com"),
        ("https://ACME.freshdesk.com/", "https://acme.freshdesk.com"),
        ("acme.freshdesk.com:8443", "https://acme.freshdesk.com:8443"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_domain_may_be_a_name_or_an_address(domain: str, base: str) -> None:
    """Nothing is sent by making a client: definitions are loaded where there is no network."""
    with Client(domain=domain, api_key=KEY) as client:
        assert repr(client) == f"Client({base})"


@pytest.mark.parametrize("settings", [{"reserve": 1.0}, {"reserve": -0.1}, {"workers": 0}, {"attempts": 0}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, float]) -> None:
    """A reserve of all would wait for ever."""
    with pytest.raises(ConfigurationError):
        Client(domain="acme.freshdesk.com", api_key=KEY, **settings)  # type: ignore[arg-type]
