"""The address and the key of an account are looked at before anything is sent; the key is never shown."""

import logging
from pathlib import Path

import pytest
import requests

from freshdesk_assets.extract.http.address import base_url
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.connection import session
from freshdesk_assets.extract.http.errors import (
    ConfigurationError,
)
from freshdesk_assets_tests.extract.http.answering import KEY, LIMIT, Answer, Library, rows, said


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
    assert library.asked[0].headers["Authorization"] == "Basic czNjcmV0S2V5T2ZBbkFnZW50OTk6WA=="
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
    assert "Cookie" not in library.asked[1].headers


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
        KEY,
        f"https://{KEY}",
        "acme_support",
        "http://acme",
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
        f"{'a' * 64}.freshdesk.com",
        "acme.freshservice.com",
        "https://acme.freshchat.com",
        "acme.freshsales.io",
        "ACME.myfreshworks.com/crm/sales",
        "acme-org.freshworks.com",
        "freshdesk.com",
        "www.freshdesk.com",
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
        ("acme", "https://acme.freshdesk.com"),
        ("https://Acme-Support24/", "https://acme-support24.freshdesk.com"),
        ("https://ACME.freshdesk.com/", "https://acme.freshdesk.com"),
        ("myfreshdesk.com.example", "https://myfreshdesk.com.example"),
        ("notfreshservice.com", "https://notfreshservice.com"),
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


def test_another_product_of_the_maker_is_named() -> None:
    """Its keys look the same, agents/me answers, and each list would be refused by itself."""
    with pytest.raises(
        ConfigurationError, match=r"is an address of Freshservice, not of Freshdesk: set FRESH"
    ):
        base_url("acme.freshservice.com")


@pytest.mark.parametrize("settings", [{"reserve": 1.0}, {"reserve": -0.1}, {"workers": 0}, {"attempts": 0}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, float]) -> None:
    """A reserve of all would wait for ever."""
    with pytest.raises(ConfigurationError):
        Client(domain="acme.freshdesk.com", api_key=KEY, **settings)  # type: ignore[arg-type]
