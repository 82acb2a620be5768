"""A link leads to a file whole, or to why not; no credential goes along, and the link is said nowhere."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from freshdesk_assets.extract.http.downloads import EXPIRED, TOO_LARGE, Downloads, Fetched, NotFetched
from freshdesk_assets_tests.serving import Reply, Request, serving

MOST = 100_000


class Store:
    """Gives its replies in turn, the last one for ever."""

    def __init__(self) -> None:
        self.url = ""
        self.replies: list[Reply] = []
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def store() -> Iterator[Store]:
    made = Store()
    with serving(made.answer) as made.url:
        yield made


@pytest.fixture
def fetch(store: Store) -> Iterator[Callable[..., tuple[Fetched | NotFetched, bytes]]]:
    """Fetches a path of the store, or a whole link, without pauses; gives the outcome and what came."""
    with Downloads(most=MOST, sleep=lambda seconds: None) as downloads:

        def fetched(*replies: Reply, link: str = "") -> tuple[Fetched | NotFetched, bytes]:
            store.replies = list(replies)
            came: list[bytes] = []
            outcome = downloads.fetch(link or f"{store.url}/a/file?Signature=s3cret", came.clear, came.append)
            return outcome, b"".join(came)

        yield fetched


Fetch = Callable[..., tuple[Fetched | NotFetched, bytes]]


def test_a_file_comes_as_it_is(fetch: Fetch, store: Store) -> None:
    """Byte for byte; the media type is what the store says, if that is one."""
    body = bytes(range(256)) * 300
    assert fetch(Reply(body=body, headers={"Content-Type": "Image/PNG; a=b"})) == (
        Fetched(content_type="image/png"),
        body,
    )
    assert fetch(Reply(headers={"Content-Type": "<b>"})) == (Fetched(content_type=None), b"")
    assert [request.target for request in store.asked] == ["/a/file?Signature=s3cret"] * 2


def test_nothing_goes_along_with_the_link(
    fetch: Fetch, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a password that the machine keeps for the host, nor a cookie that the store sets."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login agent password s3cret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for _ in range(2):
        fetch(Reply(headers={"Set-Cookie": "session=1; Path=/"}))
    sent = {name.lower() for request in store.asked for name in request.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding", "connection"}


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(status=403), NotFetched(reason=EXPIRED)),
        (Reply(status=404), NotFetched(reason="not there")),
        (Reply(status=400), NotFetched(reason="status 400")),
        (Reply(status=206, body=b"part"), NotFetched(reason="status 206")),
        (Reply(body=b"x" * (MOST + 1)), NotFetched(reason=TOO_LARGE, bytes=MOST + 1)),
        (Reply(status=503), NotFetched(reason="status 503", passing=True)),
        (Reply(body=b"x" * 5000, cut=100), NotFetched(reason="cut off", passing=True)),
        (Reply(status=302, headers={"Location": "/a/file"}), NotFetched(reason="redirected in a circle")),
    ],
)
def test_why_a_file_did_not_come(fetch: Fetch, store: Store, reply: Reply, outcome: NotFetched) -> None:
    assert fetch(reply)[0] == outcome
    assert len(store.asked) == (3 if outcome.passing else 6 if reply.status == 302 else 1)


def test_what_is_tried_again_begins_anew(fetch: Fetch) -> None:
    """Nothing of an attempt that was cut off is left in the file."""
    assert fetch(Reply(body=b"abc" * 500, cut=9), Reply(status=500), Reply(body=b"whole"))[1] == b"whole"


@pytest.mark.parametrize(
    "link",
    [
        "",
        "file:///etc/passwd",
        "ftp://files.example/a",
        "http://files.example/a",
        "https://agent:s3cret@files.example/a",
        "https://files.example:port/a",
        "https://[files/a",
        "https:///a",
        "javascript:alert(1)",
        "https://files.example/a b",
        "https://files.example/a\r\nX: y",
    ],
)
def test_other_addresses_are_not_asked(fetch: Fetch, link: str) -> None:
    """Plain http shows the link to all between; only a store on this machine may have it."""
    outcome, _ = fetch(Reply(), link=link or "nowhere")
    assert outcome == NotFetched(reason="no address that may be asked")


@pytest.mark.parametrize(
    "location", ["http://files.example/a", "https://u:p@files.example/a", "file:///a", "//[", "\xff\xfe"]
)
def test_a_redirect_is_followed_to_where_a_link_may_lead(fetch: Fetch, store: Store, location: str) -> None:
    elsewhere = Reply(status=302, headers={"Location": "/there"})
    assert fetch(elsewhere, Reply(body=b"whole"))[1] == b"whole"
    assert [request.target for request in store.asked][1:] == ["/there"]
    outcome, _ = fetch(Reply(status=302, headers={"Location": location}), Reply(status=404))
    assert isinstance(outcome, NotFetched)
    assert outcome.reason in ("no address that may be asked", "not there")


def test_a_store_that_is_not_there_is_told_from_one_that_refuses(fetch: Fetch) -> None:
    """Where nothing answers for many files, the rest need not be tried."""
    with serving(lambda request: Reply()) as gone:
        link = f"{gone}/a/file?Signature=s3cret"
    outcome, _ = fetch(Reply(), link=link)
    assert outcome == NotFetched(reason="no answer (ConnectionError)", passing=True, answered=False)


def test_a_store_that_says_nothing_is_not_waited_for_for_ever() -> None:
    """Nor is one whose reply begins and never ends."""
    over = Event()

    def silent(request: Request) -> Reply:
        over.wait(30)
        return Reply()

    with serving(silent) as url, Downloads(most=MOST, timeout=(5, 0.1), attempts=1) as downloads:
        outcome = downloads.fetch(f"{url}/a", lambda: None, lambda part: None)
        over.set()
    assert outcome == NotFetched(reason="timed out", passing=True, answered=False)


def test_what_is_stopped_is_not_tried_again(store: Store) -> None:
    """A run that is told to end does not first fetch what it has begun."""
    store.replies = [Reply(body=b"x" * 600_000)]
    with Downloads(most=10 * MOST) as downloads:
        outcome = downloads.fetch(f"{store.url}/a", lambda: None, lambda part: downloads.stop())
    assert outcome == NotFetched(reason="timed out", passing=True)
    assert len(store.asked) == 1


def test_links_are_in_no_log(fetch: Fetch, store: Store, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever reads a log would have the files too, while the links live."""
    caplog.set_level(logging.DEBUG)
    fetch(Reply(body=b"x"))
    fetch(Reply(status=500))
    # urllib3 complains of headers that it cannot read. The end of the connection is that of the file.
    fetch(Reply(headers={"X bad": "y"}, body=b"ab", cut=1))
    assert len(store.asked) == 5
    assert "Signature" not in caplog.text
    assert "/a/file" not in caplog.text
