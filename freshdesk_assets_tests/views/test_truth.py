"""The relationship views say what the simulator knows: every name behind every id, no row lost or doubled."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.views import declared_views
from freshdesk_assets_tests.replica.account import Account, by_default

RELATIONS = {view.name: view for view in declared_views() if view.schema == "relations"}

Names = dict[int, Any]


def names(acme: Account, resource: str, *path: str) -> Names:
    """A resource's ids and what they are called."""

    def read(row: Any) -> Any:
        for step in path:
            row = row[step]
        return row

    return {key: read(row) for key, row in acme.world.truth(resource).items()}


def people(acme: Account) -> Names:
    """Agents and contacts share their ids; whoever is an agent is one."""
    return {**names(acme, "contacts", "name"), **names(acme, "agents", "contact", "name")}


def choice(field: str) -> Callable[[Account], Names]:
    """The words for a field's codes, as the account has them."""

    def labels(acme: Account) -> Names:
        (row,) = [row for row in acme.world.truth("ticket_fields").values() if row["name"] == field]
        if field == "status":
            return {int(code): words[0] for code, words in row["choices"].items()}
        return {code: label for label, code in row["choices"].items()}

    return labels


def of(resource: str, *path: str) -> Callable[[Account], Names]:
    return lambda acme: names(acme, resource, *(path or ("name",)))


JOINED = [
    ("tickets", "requester_id", "requester_name", people),
    ("tickets", "agent_id", "agent_name", of("agents", "contact", "name")),
    ("tickets", "group_id", "group_name", of("groups")),
    ("tickets", "company_id", "company_name", of("companies")),
    ("tickets", "product_id", "product_name", of("products")),
    ("tickets", "email_config_id", "mailbox_name", of("mailboxes")),
    ("tickets", "status", "status_label", choice("status")),
    ("tickets", "priority", "priority_label", choice("priority")),
    ("tickets", "source", "source_label", choice("source")),
    ("conversations", "author_id", "author_name", people),
    ("conversations", "ticket_id", "ticket_subject", of("tickets", "subject")),
    ("time_entries", "agent_id", "agent_name", of("agents", "contact", "name")),
    ("time_entries", "company_id", "company_name", of("companies")),
    ("satisfaction_ratings", "agent_id", "agent_name", of("agents", "contact", "name")),
    ("satisfaction_ratings", "group_id", "group_name", of("groups")),
    ("satisfaction_ratings", "ticket_id", "ticket_subject", of("tickets", "subject")),
    ("contacts", "company_id", "company_name", of("companies")),
    ("group_agents", "agent_id", "agent_name", of("agents", "contact", "name")),
    ("group_agents", "group_id", "group_name", of("groups")),
    ("agent_roles", "role_id", "role_name", of("roles")),
    ("sla_policy_targets", "sla_policy_id", "sla_policy_name", of("sla_policies")),
]


@pytest.mark.parametrize(
    ("view", "key", "name", "truth"), JOINED, ids=[f"{view}.{name}" for view, _, name, _ in JOINED]
)
def test_a_name_is_that_of_the_row_its_id_refers_to(
    acme: Account,
    replica: duckdb.DuckDBPyConnection,
    view: str,
    key: str,
    name: str,
    truth: Callable[[Account], Names],
) -> None:
    """A rating may be of a ticket that did not change since the start date, and is not replicated."""
    tickets = {id_ for (id_,) in replica.execute("select id from freshdesk.tickets").fetchall()}
    known = {id_: called for id_, called in truth(acme).items() if key != "ticket_id" or id_ in tickets}
    found = replica.execute(f"select distinct {key}, {name} from relations.{view} where {key} is not null")
    held = [(each, called) for each, called in found.fetchall() if each in known]
    assert held
    assert [(each, called) for each, called in held if called != known[each]] == []


@pytest.mark.parametrize(
    "name",
    [
        view.name
        for view in views_over(by_default())
        if view.schema == "relations" and ("freshdesk", view.name) in view.reads
    ],
)
def test_a_view_has_each_row_of_its_table_once(replica: duckdb.DuckDBPyConnection, name: str) -> None:
    """A join that doubles rows doubles every count made of them."""
    counts = replica.execute(
        f"select (select count(*) from relations.{name}), (select count(*) from freshdesk.{name})"
    ).fetchone()
    assert counts is not None
    assert counts[0] == counts[1] > 0


def test_everybody_is_one_person(acme: Account, replica: duckdb.DuckDBPyConnection) -> None:
    rows = replica.execute("select id, kind, name from relations.people where not deleted").fetchall()
    agents = names(acme, "agents", "contact", "name")
    alive = {
        key: row["name"] for key, row in acme.world.truth("contacts").items() if row["state"] != "deleted"
    }
    assert len({key for key, _, _ in rows}) == len(rows)
    assert {key: name for key, kind, name in rows if kind == "agent"} == agents
    contacts = {key: name for key, kind, name in rows if kind == "contact"}
    assert {key: contacts.get(key) for key in alive if key not in agents} == {
        key: name for key, name in alive.items() if key not in agents
    }


def test_every_field_of_the_accounts_own_is_a_column_with_its_label(
    acme: Account, replica: duckdb.DuckDBPyConnection
) -> None:
    fields = [row for row in acme.world.truth("ticket_fields").values() if not row["default"]]
    said = dict(
        replica.execute(
            "select column_name, comment from duckdb_columns()"
            " where schema_name = 'relations' and table_name = 'tickets_wide'"
        ).fetchall()
    )
    assert {field["name"]: said.get(field["name"]) for field in fields} == {
        field["name"]: field["label"].removesuffix("?") + ("?" if field["label"][-1] == "?" else ".")
        for field in fields
    }


def test_a_groups_agents_are_named_with_it(acme: Account, replica: duckdb.DuckDBPyConnection) -> None:
    agents = names(acme, "agents", "contact", "name")
    members = {
        key: sorted(agents[agent] for agent in row["agent_ids"])
        for key, row in acme.world.truth("groups").items()
    }
    rows = replica.execute("select id, agent_names from relations.groups").fetchall()
    assert {key: sorted(called or []) for key, called in rows if key in members} == members
