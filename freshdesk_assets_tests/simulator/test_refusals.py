"""What is refused and how: a wrong key, path or parameter, a right or a feature that is missing."""

from typing import Any

import pytest
import requests

from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.simulator.conftest import Client


def test_a_missing_or_wrong_key_is_a_401_with_its_own_body(read_only: Client) -> None:
    """The 401 has no `errors`, unlike the 400: parsers must take both."""
    for auth in (None, ("wrong", "X")):
        reply = requests.get(f"{read_only.server.url}/api/v2/tickets", auth=auth, timeout=10)
        assert reply.status_code == 401
        assert reply.json() == {
            "code": "invalid_credentials",
            "message": "You have to be logged in to perform this action.",
        }


def test_unknown_ids_and_paths_are_a_404_with_an_empty_body(read_only: Client) -> None:
    """Clients must not expect JSON there."""
    for path in ("tickets/999999", "tickets/abc", "nowhere", "tickets/archived/999999", "contacts/1"):
        reply = read_only.get(path)
        assert (reply.status_code, reply.content) == (404, b"")


def test_another_verb_is_a_405_and_another_accept_a_406(read_only: Client) -> None:
    """The account is only read from."""
    url = f"{read_only.server.url}/api/v2/tickets"
    assert read_only.session.post(url, timeout=10).status_code == 405
    assert read_only.session.get(url, headers={"Accept": "text/xml"}, timeout=10).status_code == 406


def test_an_unknown_parameter_is_a_400_that_names_it(read_only: Client) -> None:
    """Freshdesk refuses what it does not know, on views and small lists too."""
    for path in ("roles", "tickets", "contacts", "sla_policies"):
        reply = read_only.get(path, colour="red")
        assert reply.status_code == 400
        assert reply.json()["errors"] == [
            {"field": "colour", "message": "Unexpected/invalid field in request", "code": "invalid_field"}
        ]
    assert read_only.get("tickets/500", per_page=3).status_code == 400


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("tickets", {"per_page": 101}),
        ("tickets", {"per_page": 0}),
        ("agents", {"page": 0}),
        ("roles", {"page": "two"}),
        ("tickets", {"order_by": "subject"}),
        ("tickets", {"include": "stats,attachments"}),
        ("tickets", {"updated_since": "yesterday"}),
        ("contacts", {"state": "asleep"}),
    ],
)
def test_a_value_outside_its_range_is_a_400(read_only: Client, path: str, params: dict[str, Any]) -> None:
    """`per_page` is not capped silently: "will result in an error"."""
    reply = read_only.get(path, **params)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["code"] == "invalid_value"


def test_page_301_of_the_tickets_is_refused_word_for_word(read_only: Client) -> None:
    """Extractors recognise the cap by this text."""
    assert read_only.get("tickets", page=300).json() == []
    reply = read_only.get("tickets", page=301)
    assert reply.status_code == 400
    assert reply.json() == {
        "description": "Validation failed",
        "errors": [
            {
                "field": "page",
                "message": (
                    "You cannot access tickets beyond the 300th page. Please provide a smaller page number."
                ),
                "code": "invalid_value",
            }
        ],
    }
    assert read_only.get("contacts", page=301).status_code == 200


def test_either_spelling_can_be_refused(server: Server, client: Client) -> None:
    """Accounts differ, and so the extractor falls back."""
    server.switches.rejected_params = {("contacts", "_updated_since"), ("companies", "updated_since")}
    assert (
        client.get("contacts", _updated_since="2026-01-01").json()["errors"][0]["field"] == "_updated_since"
    )
    assert client.get("contacts", updated_since="2026-01-01").status_code == 200
    assert client.get("companies", updated_since="2026-01-01").status_code == 400


def test_an_account_without_the_groups_of_2021_refuses_them(server: Server, client: Client) -> None:
    """Clients fall back to /groups."""
    for status in (403, 404):
        server.switches.admin_groups_status = status
        assert client.get("admin/groups").status_code == status
    assert client.get("groups").status_code == 200


def test_a_key_without_rights_and_a_plan_without_features_are_403s(server: Server, client: Client) -> None:
    """Two bodies that ask for different remedies."""
    server.switches.forbidden = {"companies"}
    server.switches.missing_features = {"Surveys"}
    assert client.get("companies").json()["code"] == "access_denied"
    assert client.get("surveys").json() == {
        "code": "require_feature",
        "message": (
            "The Surveys feature(s) is/are not supported in your plan. Please upgrade your account to use it."
        ),
    }
    server.switches.admin = False
    assert client.get("roles").status_code == 403
    assert client.get("agents/me").status_code == 200
    assert client.get("tickets").status_code == 200
