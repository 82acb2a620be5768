"""Proxies and certificates as machines have them work, or a sentence without a password says what to set."""

import base64
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from freshdesk_assets.extract.http.address import base_url
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import ConfigurationError, Unavailable
from freshdesk_assets.extract.http.route import Route, route_to
from freshdesk_assets.extract.http.webhook import deliver
from freshdesk_assets_tests.extract.http.answering import KEY, Answer, Library, rows, said
from freshdesk_assets_tests.extract.http.limited import VirtualClock
from freshdesk_assets_tests.extract.http.proxying import CERTIFICATE, HOST, Proxy, proxying

ACME = base_url("acme.freshdesk.com")
PASSWORD = "s3cr"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """A machine without proxies, and without authorities of its own."""
    for name in os.environ:
        if name.lower().endswith("_proxy") or name.endswith("_CA_BUNDLE") or name.startswith("SSL_CERT"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.fixture
def beyond() -> Library:
    """The account at the other end of the proxy."""
    return Library()


@pytest.fixture
def proxy(beyond: Library, machine: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy that the machine uses, whose certificate it trusts."""
    with proxying(beyond.answer) as made:
        machine.setenv("HTTPS_PROXY", f"http://{made.place}")
        machine.setenv("REQUESTS_CA_BUNDLE", str(CERTIFICATE))
        yield made


def acme(clock: VirtualClock) -> Client:
    return Client(domain=HOST, api_key=KEY, clock=clock, sleep=clock.sleep)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://proxy:3128", "http://proxy:3128"),
        ("HTTP://proxy:3128/", "http://proxy:3128"),
        ("https://proxy", "https://proxy"),
        ("proxy:3128", "http://proxy:3128"),
        ("//proxy:3128", "http://proxy:3128"),
        (' "http://proxy:3128" \n', "http://proxy:3128"),
        ("bob:pw@proxy:3128", "http://bob:pw@proxy:3128"),
        ("http://[::1]:3128", "http://[::1]:3128"),
        ("http://bob@proxy", "http://bob:@proxy"),
        ("http://bob:a#b@proxy", "http://bob:a%23b@proxy"),
        ("http://bob:a[b@proxy", "http://bob:a%5Bb@proxy"),
        ("http://bob:12/b?c@proxy", "http://bob:12%2Fb%3Fc@proxy"),
        ("http://bob:p@ss:w@proxy", "http://bob:p%40ss%3Aw@proxy"),
        ("http://bob:100%@proxy", "http://bob:100%25@proxy"),
        ("http://bob:a%23b@proxy", "http://bob:a%23b@proxy"),
        ("http://CORP\\bob:pw@proxy", "http://CORP%5Cbob:pw@proxy"),
    ],
)
def test_an_address_of_a_proxy_is_read_as_it_is_meant(
    machine: pytest.MonkeyPatch, given: str, url: str
) -> None:
    """Of most of these requests makes another host, or an error that quotes the password."""
    machine.setenv("HTTPS_PROXY", given)
    found = route_to(ACME).proxy
    assert found is not None
    assert found.url == url
    assert "pw" not in repr(found)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_a_proxy_is_named_in_small_letters_too(machine: pytest.MonkeyPatch, name: str) -> None:
    machine.setenv(name, "http://proxy:3128")
    found = route_to(ACME).proxy
    assert found is not None
    assert found.name == name.upper()
    assert route_to(base_url("http://localhost:8080")) == Route()


@pytest.mark.parametrize(
    ("given", "mend"),
    [
        (f"htttp://bob:{PASSWORD}@proxy:3128", "set it to one like http://"),
        (f"https//bob:{PASSWORD}@proxy:", "set it to one like http://"),
        (f"http://bob:{PASSWORD}@", "set it to one like http://"),
        (f"http://bob:{PASSWORD}@proxy:99999", "set it to one like http://"),
        (f"http://bob:{PASSWORD}@proxy:port", "set it to one like http://"),
        (f"http://bob:{PASSWORD}@prox y", "set it to one like http://"),
        (f"http://bob:{PASSWORD}ł@proxy", "change the password"),
        (f"http://bob:{PASSWORD}%0d%0aX: y@proxy", "change the password"),
        (f"socks5h://bob:{PASSWORD}@proxy:1080", "pip install PySocks"),
    ],
)
@pytest.mark.parametrize("name", ["HTTPS_PROXY", "ALL_PROXY"])
def test_a_proxy_that_cannot_work_is_said_before_anything_is_sent(
    machine: pytest.MonkeyPatch, name: str, given: str, mend: str
) -> None:
    machine.setenv(name, given)
    with pytest.raises(ConfigurationError, match=mend) as caught:
        Client(domain="acme.freshdesk.com", api_key=KEY)
    assert str(caught.value).startswith(name)
    assert PASSWORD not in said(caught.value)


@pytest.mark.parametrize(
    ("given", "exempt"),
    [
        ("*", True),
        ("freshdesk.com", True),
        (".freshdesk.com", True),
        ("*.freshdesk.com", True),
        ("ACME.Freshdesk.com.", True),
        ("localhost 127.0.0.1 freshdesk.com", True),
        ("localhost; acme.freshdesk.com:443", True),
        ("https://acme.freshdesk.com/", True),
        ("acme.freshdesk.com:8443", False),
        ("desk.com,me.freshdesk.com", False),
        ("10.0.0.0/8", False),
        (",", False),
    ],
)
def test_a_host_is_exempt_from_the_proxy_however_it_is_written(
    machine: pytest.MonkeyPatch, given: str, exempt: bool
) -> None:
    """Tools differ in what they understand, and one variable serves them all."""
    machine.setenv("HTTPS_PROXY", "http://proxy:3128")
    machine.setenv("no_proxy", given)
    assert (route_to(ACME).proxy is None) is exempt


@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        (b"", "no certificate"),
        (b"\x7fELF", "no certificate"),
        ({}, "nothing in it"),
    ],
)
def test_authorities_that_cannot_be_read_are_said_before_anything_is_sent(
    machine: pytest.MonkeyPatch, tmp_path: Path, name: str, content: bytes | dict[str, bytes] | None, why: str
) -> None:
    """They would be an error of requests at each call, with no word on where the path comes from."""
    path = tmp_path / "authorities"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        path.mkdir()
    machine.setenv(name, str(path))
    with pytest.raises(ConfigurationError, match=f"{name}.* names {path}.*{why}"):
        Client(domain="acme.freshdesk.com", api_key=KEY)


def test_authorities_that_are_taken_away_are_a_sentence_too(
    proxy: Proxy, machine: pytest.MonkeyPatch, tmp_path: Path, clock: VirtualClock
) -> None:
    """A package that is upgraded meanwhile."""
    path = tmp_path / "authorities.pem"
    path.write_bytes(CERTIFICATE.read_bytes())
    machine.setenv("REQUESTS_CA_BUNDLE", str(path))
    with acme(clock) as client:
        client.get("shelves", parse=rows)
        path.unlink()
        with pytest.raises(ConfigurationError, match="REQUESTS_CA_BUNDLE"):
            client.get("shelves", parse=rows)


def test_user_and_password_reach_the_proxy_and_the_key_the_account(
    proxy: Proxy, beyond: Library, machine: pytest.MonkeyPatch, tmp_path: Path, clock: VirtualClock
) -> None:
    """A ~/.netrc must replace neither; what SSL_CERT_FILE says is not for us."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login somebody password else\ndefault login a password b\n")
    machine.setenv("NETRC", str(netrc))
    machine.setenv("SSL_CERT_FILE", str(tmp_path / "nowhere.pem"))
    machine.setenv("HTTPS_PROXY", f"http://CORP\\bob:p#[/@ss@{proxy.place}")
    with acme(clock) as client:
        assert client.get("shelves", parse=rows).content == []
    assert proxy.logins == ["Basic " + base64.b64encode(rb"CORP\bob:p#[/@ss").decode()]
    assert beyond.asked[0].headers["Authorization"] == "Basic czNjcmV0S2V5T2ZBbkFnZW50OTk6WA=="


@pytest.mark.parametrize(
    ("status", "mend"),
    [(407, "set HTTPS_PROXY to one like"), (403, "have it allowed there"), (405, "have it allowed there")],
)
def test_a_proxy_that_keeps_the_host_out_is_said_at_once(
    proxy: Proxy, machine: pytest.MonkeyPatch, clock: VirtualClock, status: int, mend: str
) -> None:
    machine.setenv("HTTPS_PROXY", f"http://bob:{PASSWORD}@{proxy.place}")
    proxy.status = status
    with acme(clock) as client, pytest.raises(ConfigurationError, match=mend) as caught:
        client.get("shelves", parse=rows)
    assert f"The proxy {proxy.place} of HTTPS_PROXY" in str(caught.value)
    assert f"({status})" in str(caught.value)
    assert PASSWORD not in said(caught.value)
    assert len(proxy.logins) == 1


@pytest.mark.parametrize("status", [429, 502, 503])
def test_a_proxy_that_is_busy_is_asked_again(proxy: Proxy, clock: VirtualClock, status: int) -> None:
    proxy.status = status
    with (
        acme(clock) as client,
        pytest.raises(Unavailable, match=f"of HTTPS_PROXY answered with status {status}"),
    ):
        client.get("shelves", parse=rows)
    assert len(proxy.logins) == 6


def test_a_proxy_that_does_not_run_is_said_soon(machine: pytest.MonkeyPatch, clock: VirtualClock) -> None:
    """It may be starting again; minutes of attempts and retries are for an account that answered before."""
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        machine.setenv("HTTPS_PROXY", f"http://bob:{PASSWORD}@{place}")
        with acme(clock) as client, pytest.raises(ConfigurationError, match="takes no connection") as caught:
            client.get("shelves", parse=rows)
    assert f"The proxy {place} of HTTPS_PROXY" in str(caught.value)
    assert PASSWORD not in said(caught.value)
    assert clock.slept == [10]


def test_of_a_proxy_without_a_name_it_is_not_the_accounts_name_that_is_doubted(
    machine: pytest.MonkeyPatch, clock: VirtualClock
) -> None:
    def nowhere(*args: object, **named: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    machine.setattr(socket, "getaddrinfo", nowhere)
    machine.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    with (
        acme(clock) as client,
        pytest.raises(ConfigurationError, match=r"HTTPS_PROXY names the proxy proxy\.inv"),
    ):
        client.get("shelves", parse=rows)


def test_a_proxy_that_speaks_plain_http_is_told_from_one_that_does_not(
    proxy: Proxy, machine: pytest.MonkeyPatch, clock: VirtualClock
) -> None:
    """https:// before the proxy's name is the usual mistake: the https of HTTPS_PROXY is the account's."""
    machine.setenv("HTTPS_PROXY", f"https://{proxy.place}")
    with acme(clock) as client, pytest.raises(ConfigurationError, match="write HTTPS_PROXY with http://"):
        client.get("shelves", parse=rows)


def test_a_port_that_speaks_no_tls_is_a_wrong_setting(library: Library, clock: VirtualClock) -> None:
    domain = library.url.replace("http://127.0.0.1", "https://localhost")
    client = Client(domain=domain, api_key=KEY, clock=clock, sleep=clock.sleep)
    with client, pytest.raises(ConfigurationError, match="does not speak TLS: mend FRESHDESK_DOMAIN"):
        client.get("shelves", parse=rows)


def test_a_certificate_that_is_not_trusted_says_why_and_what_to_set(
    proxy: Proxy, machine: pytest.MonkeyPatch, clock: VirtualClock
) -> None:
    """As where a firewall reads along; SSL_CERT_FILE, which others read, is worth a word."""
    machine.delenv("REQUESTS_CA_BUNDLE")
    machine.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with acme(clock) as client, pytest.raises(ConfigurationError, match="self-signed certificate") as caught:
        client.get("shelves", parse=rows)
    assert "set REQUESTS_CA_BUNDLE to a PEM file" in str(caught.value)
    assert len(proxy.logins) == 1
    ssl.create_default_context(cafile=CERTIFICATE)  # a file as the sentence asks for


def test_a_message_is_not_sent_by_a_proxy_that_cannot_work(machine: pytest.MonkeyPatch) -> None:
    """The sensor that sends it has more to do than to fail for the machine's settings."""
    for name, value in {
        "HTTPS_PROXY": f"http://bob:{PASSWORD}[@proxy",
        "REQUESTS_CA_BUNDLE": "/nowhere.pem",
    }.items():
        with machine.context() as set_:
            set_.setenv(name, value)
            assert deliver("https://hooks.invalid/T0-B0", {"text": "late"}) in {"ValueError", "OSError"}


def test_a_certificate_is_there_and_the_answer_comes_through_the_proxy(
    proxy: Proxy, beyond: Library, clock: VirtualClock
) -> None:
    beyond.give(Answer(body=b'[{"id": 1}]'))
    with acme(clock) as client:
        assert client.get("shelves", parse=rows).content == [{"id": 1}]
