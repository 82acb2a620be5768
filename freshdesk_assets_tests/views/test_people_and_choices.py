"""The two views all others lean on: who somebody is, and what a code is called."""

from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse

CATALOG = declared_tables()
RELATIONS = [view for view in declared_views() if view.schema == "relations"]


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    made = Warehouse(tmp_path / "replica.duckdb")
    with made.open() as connection:
        ensure_views(connection, RELATIONS, CATALOG)
    return made


def put(warehouse: Warehouse, table: str, **cells: Any) -> None:
    names, marks = ", ".join(cells), ", ".join("?" * len(cells))
    with warehouse.open() as connection:
        connection.execute(f"insert into freshdesk.{table} ({names}) values ({marks})", [*cells.values()])


def query(warehouse: Warehouse, sql: str) -> list[Any]:
    with warehouse.open() as connection:
        return connection.execute(sql).fetchall()


def test_a_contact_who_became_an_agent_is_an_agent(warehouse: Warehouse) -> None:
    """The contact's row stays behind, for Freshdesk just stops sending it."""
    put(warehouse, "contacts", id=1, name="Ada as a contact")
    put(warehouse, "agents", id=1, contact_name="Ada")
    put(warehouse, "agents", id=2, contact_name="Bob as an agent", _deleted_at="2026-01-01")
    put(warehouse, "contacts", id=2, name="Bob")
    people = query(warehouse, "select id, kind, name, deleted from relations.people order by id")
    assert people == [(1, "agent", "Ada", False), (2, "contact", "Bob", False)]


def test_somebody_who_is_nowhere_any_more_is_what_they_were_last(warehouse: Warehouse) -> None:
    put(warehouse, "contacts", id=1, name="contact", _deleted_at="2026-01-01")
    put(warehouse, "agents", id=1, contact_name="agent", _deleted_at="2026-02-01")
    put(warehouse, "contacts", id=2, name="contact", _deleted_at="2026-03-01")
    put(warehouse, "agents", id=2, contact_name="agent", _deleted_at="2026-02-01")
    put(warehouse, "contacts", id=3, name="in the trash", deleted=True)
    people = query(warehouse, "select id, kind, deleted from relations.people order by id")
    assert people == [(1, "agent", True), (2, "contact", True), (3, "contact", True)]


def choose(warehouse: Warehouse, field: str, code: int, label: str, position: int = 0) -> None:
    number = {"status": 1, "priority": 2, "source": 3}[field]
    if not query(warehouse, f"select 1 from freshdesk.ticket_fields where id = {number}"):
        put(warehouse, "ticket_fields", id=number, name=field, type=f"default_{field}")
    put(
        warehouse,
        "ticket_field_choices",
        ticket_field_id=number,
        path=[label],
        value=label,
        code=code,
        position=position,
    )


def test_the_accounts_words_come_before_the_stock_ones(warehouse: Warehouse) -> None:
    """An administrator renames statuses and adds some; whoever may not read them still sees words."""
    choose(warehouse, "status", 2, "Offen")
    choose(warehouse, "status", 8, "Beim Hersteller")
    put(warehouse, "tickets", id=1, status=2, priority=4, source=1)
    put(warehouse, "tickets", id=2, status=8, priority=9)
    put(warehouse, "tickets", id=3, status=4)
    labels = "select id, status_label, priority_label, source_label from relations.tickets order by id"
    assert query(warehouse, labels) == [
        (1, "Offen", "Urgent", "Email"),
        (2, "Beim Hersteller", None, None),
        (3, "Resolved", None, None),
    ]


def test_two_words_for_one_code_double_no_ticket(warehouse: Warehouse) -> None:
    choose(warehouse, "status", 2, "Open")
    choose(warehouse, "status", 2, "Open again", 1)
    put(warehouse, "tickets", id=1, status=2)
    assert query(warehouse, "select status_label from relations.tickets") == [("Open",)]


def test_names_of_rows_that_are_gone_are_still_shown(warehouse: Warehouse) -> None:
    """A group that was removed last year still names the tickets it had."""
    put(warehouse, "groups", id=5, name="Old team", _deleted_at="2026-01-01")
    put(warehouse, "tickets", id=1, group_id=5, requester_id=99)
    row = query(warehouse, "select group_name, requester_name, deleted_in_freshdesk from relations.tickets")
    assert row == [("Old team", None, False)]


def test_the_author_of_a_conversation_is_a_contact_or_an_agent(warehouse: Warehouse) -> None:
    put(warehouse, "contacts", id=1, name="Ada")
    put(warehouse, "agents", id=2, contact_name="Bob")
    for number, author in enumerate((1, 2, None)):
        put(warehouse, "conversations", id=number, user_id=author, ticket_id=7)
    authors = query(warehouse, "select author_name, author_kind from relations.conversations order by id")
    assert authors == [("Ada", "contact"), ("Bob", "agent"), (None, None)]


def test_a_policy_without_conditions_applies_to_all(warehouse: Warehouse) -> None:
    put(warehouse, "sla_policies", id=1, name="Default")
    put(warehouse, "sla_policies", id=2, name="Key accounts")
    put(warehouse, "companies", id=3, name="Acme")
    put(warehouse, "sla_policy_applicable_to_companies", sla_policy_id=2, company_id=3)
    put(warehouse, "sla_policy_applicable_to_sources", sla_policy_id=2, source=1)
    put(warehouse, "sla_policy_targets", sla_policy_id=2, target_name="priority_4", respond_within=1800)
    rows = query(
        warehouse, "select applies_to, urgent_response_hours from relations.sla_policies order by id"
    )
    assert rows == [(None, None), (["company Acme", "source Email"], 0.5)]
