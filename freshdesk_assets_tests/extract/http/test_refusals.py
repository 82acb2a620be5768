"""Each reply that is refused says what to do about it, and a 429 is waited out."""

import json
import socket

import pytest

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import (
    Blocked,
    ConfigurationError,
    FreshdeskError,
    NotAllowed,
    NotFound,
    Refused,
)
from freshdesk_assets.schema.endpoint import SubLimit
from freshdesk_assets_tests.extract.http.answering import KEY, LIMIT, Answer, Library, rows, said
from freshdesk_assets_tests.extract.http.limited import VirtualClock

SHELVES = SubLimit("shelves list", ((0, 100),))


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
        (403, b"", Blocked, "without a code"),
        (403, b'{"code":"ip_not_allowed","message":"Your IP is not whitelisted."}', Blocked, "whitelisted"),
        (403, b"<html>", Blocked, "web page"),
        (402, b'{"code":"payment_required"}', ConfigurationError, "subscription has ended"),
        (404, b"", NotFound, "shelves"),
        (400, b"", Refused, "400 without a code"),
        (405, b"<html>", Blocked, "405"),
        (405, b"", Refused, "405"),
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
        Answer(status=403, body=b'{"error_type":"PERMISSION_NOT_ALLOWED","message":"Not for you."}'),
    )
    with pytest.raises(Refused) as refused:
        client.get("custom_objects", parse=rows)
    assert (refused.value.fields, refused.value.codes) == (("size",), ("schema",))
    with pytest.raises(Blocked, match="Not for you") as denied:
        client.get("custom_objects", parse=rows)
    assert denied.value.sign == "403 PERMISSION_NOT_ALLOWED"


@pytest.mark.parametrize("status", [408, 425, 500, 503, 599])
def test_what_may_pass_is_asked_for_again(library: Library, client: Client, status: int) -> None:
    """Request Timeout and Too Early are no refusals, though their numbers are among them."""
    library.give(Answer(status=status, body=b"<html>"), Answer(status=status), Answer(body=b"[1]"))
    assert client.get("shelves", parse=rows).content == [1]
    assert client.tally.retries == 2


def test_a_login_page_is_asked_for_again_and_then_named(library: Library, client: Client) -> None:
    """With status 200 it looks like a damaged body, which is the service's fault and not an address's."""
    library.give(Answer(body=b" <!DOCTYPE html><title>Log in</title>", headers={}), Answer())
    client.get("shelves", parse=rows)
    library.give(Answer(body=b" <!DOCTYPE html><title>Log in, customer@example.com</title>", headers={}))
    with pytest.raises(Blocked, match="web page") as caught:
        client.get("shelves", parse=rows)
    assert "customer" not in said(caught.value)
    assert client.tally.calls == 2 + 6


def test_the_404_of_a_firewall_says_nothing_of_the_row(library: Library, client: Client) -> None:
    """Freshdesk's own tells of the limit. A row would be marked as deleted for a page of somebody else's."""
    library.give(Answer(), Answer(status=404, body=b"<html>", headers={}), Answer(status=404, body=b"<html>"))
    client.get("shelves", parse=rows)
    with pytest.raises(Blocked):
        client.get("shelves/1", parse=rows)
    with pytest.raises(NotFound):
        client.get("shelves/1", parse=rows)


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


def test_a_host_that_does_not_exist_is_a_wrong_setting(
    monkeypatch: pytest.MonkeyPatch, clock: VirtualClock
) -> None:
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
    library: Library,
    client: Client,
    clock: VirtualClock,
    reports: list[str],
    retry_after: str | None,
    least: int,
) -> None:
    """Hourly accounts ask for half an hour; asking earlier costs credits and is refused again."""
    spent = {**LIMIT, "X-RateLimit-Remaining": "0"}
    headers = {**spent, "Retry-After": retry_after} if retry_after else spent
    library.give(*[Answer(status=429, body=b"{odd", headers=headers)] * 8, Answer(headers=LIMIT))
    client.get("shelves", parse=rows)
    assert 8 * least <= sum(clock.slept) <= 8 * (least + 1.1)
    assert (client.tally.throttled, client.tally.retries) == (8, 0)
    assert client.tally.waited == pytest.approx(sum(clock.slept))
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
    assert "390 of 400 credits left; shelves list is limited to 5 calls a minute" in reports[0]


def test_an_account_without_any_calls_is_told_so(library: Library, client: Client) -> None:
    """The Free plan may have 0 a minute: waiting for the limit would never end."""
    library.give(Answer(status=429, headers={"X-RateLimit-Total": "0", "Retry-After": "60"}))
    with pytest.raises(ConfigurationError, match="plan"):
        client.get("shelves", parse=rows)
