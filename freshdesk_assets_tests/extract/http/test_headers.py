"""A reply's headers are read as any gateway leaves them; what cannot be read stops nothing."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.headers import LimitHeaders, moment, wait
from freshdesk_assets_tests.extract.http.answering import LIMIT, Answer, Library, rows
from freshdesk_assets_tests.extract.http.limited import VirtualClock


@pytest.mark.parametrize(
    ("link", "page"),
    [
        ('< {base}/api/v2/shelves?filter=all&page=2>;rel="next"', "/api/v2/shelves?filter=all&page=2"),
        ('<{base}/api/v2/shelves?page=3>; rel="next"', "/api/v2/shelves?page=3"),
        ("<{base}/api/v2/shelves?page=3>; rel=next", "/api/v2/shelves?page=3"),
        ("<{base}/api/v2/shelves?page=3>; rel='next'", "/api/v2/shelves?page=3"),
        ("<{base}/api/v2/shelves?page=3>;REL = NEXT", "/api/v2/shelves?page=3"),
        ('<{base}/api/v2/shelves?page=3>; rel="last next"', "/api/v2/shelves?page=3"),
        ('<{base}/api/v2/shelves?page=3>; title="a, b; c"; rel="next"', "/api/v2/shelves?page=3"),
        ('<{base}/api/v2/shelves?ids=1,2&page=3>; rel="next"', "/api/v2/shelves?ids=1,2&page=3"),
        ('<{base}/x>; rel="prev", <{base}/api/v2/shelves?page=3>; rel="next"', "/api/v2/shelves?page=3"),
        ('<{base}/api/v2/shelves?page=3>; rel="next", </style>; rel=preload', "/api/v2/shelves?page=3"),
        ('</api/v2/shelves?page=4>; rel="next"', "/api/v2/shelves?page=4"),
        ('<?page=4>; rel="next"', "/api/v2/shelves?page=4"),
        ('<{base}/next>; rel="prev"', None),
        ('<{base}/next>; rel="prev"; title="next"', None),
        ('<{base}/next>; rel="nextish"', None),
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
    ("link", "address"),
    [
        ('<https://elsewhere.example/api/v2/shelves?page=2>; rel="next"', "https://elsewhere.example/"),
        ('<HTTP://ACME.FRESHDESK.COM:80/api/v2/shelves?page=2>; rel="next"', "http://ACME.FRESHDESK.COM:80/"),
        ('<http://[::1/shelves>; rel="next"', ""),
        ('<>; rel="next"', ""),
        ('page=2; rel="next"', ""),
    ],
)
def test_a_next_page_of_any_address_is_a_next_page(
    library: Library, client: Client, link: str, address: str
) -> None:
    """Pages are asked for by number, at the account: the address gets no key. Ignored, it would lose rows."""
    library.give(Answer(headers={**LIMIT, "Link": link}))
    found = client.get("shelves", parse=rows).next
    assert found is not None
    assert found.startswith(address)
    assert len(library.asked) == 1


@pytest.mark.parametrize(
    "date",
    [
        "yesterday",
        "",
        "Thu, 99 Foo 2024 00:00:00 GMT",
        "0",
        "\x00",
        "Fri, 31 Dec 9999 23:59:59 -0800",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 26 Nov 99999 10:00:00 GMT",
    ],
)
def test_a_time_that_cannot_be_read_is_none(date: str) -> None:
    """Readers then keep a wider margin; a wrong time would skip changes."""
    assert moment({"Date": date}) is None
    assert moment({}) is None


@pytest.mark.parametrize(
    "date",
    [
        "Thu, 26 Nov 2026 10:00:00 GMT",
        "Thu, 26 Nov 2026 10:00:00",
        "Thu, 26 Nov 2026 15:30:00 +0530",
        "Thu, 26 Nov 2026 10:00:00 GMT, Thu, 26 Nov 2026 10:00:01 GMT",
        "Thursday, 26-Nov-26 10:00:00 GMT",
        "Thu Nov 26 10:00:00 2026",
    ],
)
def test_every_spelling_of_the_time_is_read(date: str) -> None:
    """HTTP has three, and a gateway that adds its own leaves two."""
    assert moment({"Date": date}) == datetime(2026, 11, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "cost"),
    [
        ("4", 4),
        (" 4 ", 4),
        ("100.0", 100),
        ("0", 0),
        ("", 1),
        ("many", 1),
        ("-3", 1),
        ("inf", 1),
        ("nan", 1),
        ("2, 3", 3),
        ("401", 1),
        ("1e308", 1),
        ("9" * 5000, 1),
        ("2; w=60", 1),
    ],
)
def test_what_freshdesk_says_it_cost_is_what_it_cost(
    library: Library, client: Client, header: str, cost: int
) -> None:
    """One connector's tests have 100.0; rubbish must neither stop the sync nor count."""
    library.give(Answer(headers={"X-RateLimit-Total": "400.0", "X-RateLimit-Used-CurrentRequest": header}))
    client.get("shelves", parse=rows)
    assert client.tally.credits == cost
    assert client.limiter.total == 400


@pytest.mark.parametrize(
    ("header", "total"),
    [
        ("400", 400),
        ("4e2", 400),
        ("400,400", 400),
        ("400, 390", 390),
        ("-1", None),
        ("unlimited", None),
        ("1e12", None),
        ("0", None),
        ("400, none", None),
        ("1,000", None),
    ],
)
def test_a_total_that_is_none_does_not_stop_the_sync(
    library: Library, client: Client, header: str, total: int | None
) -> None:
    """Without one, a request at a time is sent; of two the smaller one keeps the account's peace."""
    library.give(Answer(headers={"x-ratelimit-total": header, "X-RATELIMIT-REMAINING": "390, 12"}))
    for _ in range(3):
        assert client.get("shelves", parse=rows).content == []
    assert client.limiter.total == total
    assert LimitHeaders.read({"X-RateLimit-Remaining": "390, 12"}).remaining == 12


NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("17", 17),
        ("17.2", 18),
        ("17, 30", 30),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Thu, 26 Nov 2026 12:00:30 GMT", 30),
        ("Thu, 26 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 27 Nov 2026 12:00:00 GMT", 3600),
        ("999999999", 3600),
    ],
)
def test_a_wait_is_a_number_or_a_date_and_never_for_days(said: str, seconds: int | None) -> None:
    """A date is by the clock of who answered; no window of Freshdesk's is longer than an hour."""
    assert wait({"Retry-After": said, "Date": format_datetime(NOON, usegmt=True)}) == seconds


def test_a_date_to_wait_for_is_waited_for(library: Library, client: Client, clock: VirtualClock) -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=200), usegmt=True)
    library.give(Answer(status=429, headers={**LIMIT, "Retry-After": until}), Answer())
    client.get("shelves", parse=rows)
    assert 190 <= sum(clock.slept) <= 202


@pytest.mark.parametrize(
    ("encoding", "body"), [("gzip", b"[7]"), ("br", b"\x0b\x01\x80[7]\x03"), ("zz", b"\x1f")]
)
def test_a_reply_packed_as_nobody_can_unpack_is_asked_for_unpacked(
    library: Library, client: Client, encoding: str, body: bytes
) -> None:
    """A gateway that unpacks replies and leaves the header does so every time."""
    library.give(Answer(headers={**LIMIT, "Content-Encoding": encoding}, body=body), Answer(body=b"[7]"))
    assert client.get("shelves", parse=rows).content == [7]
    assert "gzip" in library.asked[0].headers["Accept-Encoding"]
    assert library.asked[1].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("encoding", ["identity", "none", "utf-8", ""])
def test_a_reply_that_only_says_it_is_packed_is_read(library: Library, client: Client, encoding: str) -> None:
    library.give(Answer(headers={**LIMIT, "Content-Encoding": encoding}, body=b"[7]"))
    assert client.get("shelves", parse=rows).content == [7]
    assert client.tally.calls == 1
