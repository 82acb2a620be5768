"""The set-up equals the account: rules, canned responses, forms and objects, without a secret."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.simulator.routes import ENDPOINTS
from freshdesk_assets.simulator.setup.rules import PLANTED
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.walking import (
    CANNED,
    SOLUTIONS,
    knowing,
    read,
    wrong,
)


def test_canned_responses_move_and_go(account: Callable[..., Any]) -> None:
    with knowing(account, *CANNED) as acme:
        world = acme.world
        responses, held = list(world.truth("canned_responses")), list(world.truth("canned_response_folders"))
        world.move_canned_response(responses[0], held[-1])
        world.remove_setup("canned_responses", responses[1])
        world.create_canned_response(held[0])
        world.miscount_canned_folder(held[0], 0)
        read(acme, *CANNED)
        world.remove_setup("canned_response_folders", held[0])
        read(acme, *CANNED)


def test_a_plan_that_loses_a_feature_deletes_nothing(account: Callable[..., Any]) -> None:
    """What was read stays, as it was; the run says that the table is refused now."""
    names = [*SOLUTIONS, *CANNED, "skills", "automation_rules", "ticket_forms", "ticket_form_fields"]
    with knowing(account, *names) as acme:
        counted = " union all ".join(
            f"select '{name}', count(*), count(_deleted_at) from replica.freshdesk.{name}" for name in names
        )
        before = acme.query(counted)
        acme.server.switches.missing_features |= {
            "Solutions",
            *(endpoint_feature(path) for path in ("automations", "canned", "skills", "ticket-forms")),
        }
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=names, expect=False)
        assert acme.query(counted) == before


def test_no_credential_of_a_rule_is_kept_anywhere(account: Callable[..., Any]) -> None:
    """Not in the file, its write-ahead log, what waits to be landed, a log, or Dagster's records."""
    with account(tickets=60) as acme:
        acme.sync(derive=True, check=True)
        acme.world.create_rule(1, "One more", actions=[], conditions=[])
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(derive=True, check=True)
        root = acme.path.parent
        files = [path for path in root.rglob("*") if path.is_file()]
        assert any(path.suffix == ".duckdb" for path in files)
        held = {
            secret: path.name
            for path in files
            for content in [path.read_bytes()]
            for secret in PLANTED
            if secret.encode() in content
        }
        assert held == {}
        assert acme.query(
            "select distinct url_host from replica.freshdesk.automation_rule_actions"
            " where url_host is not null"
        ) == [("hooks.partner.example",)]


@pytest.mark.long
def test_days_of_changes_of_everything(account: Callable[..., Any]) -> None:
    """Every table, those by choice too, equals the account day after day.

    But for activities, which are files of another host: see test_activities.py.
    """
    with account(tickets=150, seed=11) as acme:
        by_choice = [table.name for table in declared_tables() if table.by_choice]
        acme.catalog = choose(declared_tables(), [*by_choice, "-ticket_activities"])
        acme.server.switches.custom_objects = True
        for day in range(3):
            acme.sync(derive=True)
            assert acme.differences() == []
            assert acme.child_differences() == []
            acme.world.day_of_changes(random.Random(1100 + day))


def test_mailboxes_of_an_account_that_has_the_older_list_alone(account: Callable[..., Any]) -> None:
    with account(tickets=60) as acme:
        acme.server.switches.missing_features.add("Email Mailboxes")
        acme.sync(select=["email_mailboxes"])
        stored = "select id, reply_email, primary_role from replica.freshdesk.email_mailboxes"
        assert {id_: (reply, first) for id_, reply, first in acme.query(stored)} == {
            key: (row["reply_email"], row["primary_role"])
            for key, row in acme.world.truth("email_configs").items()
        }


def test_a_day_of_the_set_up_costs_a_credit_per_list_object_form_and_folder(
    account: Callable[..., Any],
) -> None:
    """Of a page with an include, a credit too: Freshdesk's page names no price for those (4.13, 4.23)."""
    names = [
        "skills", "automation_rules", "scenario_automations", "canned_response_folders", "canned_responses",
        "account", "helpdesk_settings", "email_settings", "email_bcc", "ticket_forms", "ticket_form_fields",
        "ticket_field_settings", "agent_availability",
    ]  # fmt: skip
    with knowing(account, *names) as acme:
        truth = acme.world.truth
        full = {row["folder_id"] for row in truth("canned_responses").values()}
        said = {key for key, row in truth("canned_response_folders").items() if row["responses_count"]}
        lists = 1 + 3 + 1 + 1 + 1 + 1 + 1  # skills, rules, scenarios, folders, forms, fields, availability
        objects = 4
        assert read(acme, *names) == lists + objects + len(truth("ticket_forms")) + len(full | said)


def test_a_list_that_an_account_does_not_have_is_left_out(account: Callable[..., Any]) -> None:
    """An older account has no forms at all: a new table must not make its every sync fail."""
    with account(tickets=60) as acme:
        for path in ("ticket-forms", "solutions/categories"):
            acme.server.faults.add("gone", path=path, times=None)
        acme.sync(select=["ticket_forms", "ticket_form_fields", *SOLUTIONS, "products"])
        assert acme.query("select count(*) from replica.freshdesk.products")[0][0] > 0
        acme.server.faults.clear()
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=["ticket_forms", "ticket_form_fields", *SOLUTIONS])
        assert wrong(acme, "ticket_forms", "ticket_form_fields", *SOLUTIONS) == []
        acme.server.faults.add("gone", path="ticket-forms", times=None)
        acme.sync(select=["ticket_forms"], expect=False)
        forms = "select count(*), count(_deleted_at) from replica.freshdesk.ticket_forms"
        assert acme.query(forms) == [(len(acme.world.truth("ticket_forms")), 0)]


def endpoint_feature(beginning: str) -> str:
    """The feature that the paths which begin so belong to."""
    (feature,) = {
        each.feature for each in ENDPOINTS if each.path.removeprefix("admin/").startswith(beginning)
    } - {None}
    assert feature is not None
    return feature
