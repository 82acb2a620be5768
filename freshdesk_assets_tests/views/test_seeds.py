"""The views have the tables, columns, types and meanings of the two products."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.views.seeds import (
    CONTRACT,
    EVERY_VIEW,
    SCHEMAS,
    SHAPES,
    SHARED,
    VIEWS,
    Shape,
    contract,
    rows,
)


def attached(views: bool = True) -> duckdb.DuckDBPyConnection:
    """An empty replica in memory: every declared table, and the views of both shapes."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as replica")
    connection.execute("use replica")
    for schema in ("freshdesk", *SCHEMAS):
        connection.execute(f"create schema replica.{schema}")
    for declared in declared_tables().everything:
        columns = ", ".join(f'"{column.name}" {column.type}' for column in declared.stored)
        connection.execute(f"create table replica.freshdesk.{declared.name} ({columns})")
    for view in VIEWS.values() if views else ():
        connection.execute(f'create view replica.{view.schema}."{view.name}" as {view.sql}')
    return connection


@pytest.fixture(scope="module")
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every declared table, empty, to bind views on."""
    with attached(views=False) as connection:
        yield connection


@pytest.fixture
def blank() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty replica with its views, for rows that the simulated account does not have."""
    with attached() as connection:
        yield connection


def put(connection: duckdb.DuckDBPyConnection, table: str, **cells: Any) -> None:
    """Write a row; what is not named is null."""
    values = [json.dumps(cell) if isinstance(cell, dict) else cell for cell in cells.values()]
    marks = ", ".join("?" for _ in cells)
    connection.execute(f"insert into freshdesk.{table} ({', '.join(cells)}) values ({marks})", values)


def shape_of(connection: duckdb.DuckDBPyConnection, view: SqlView) -> Shape:
    """What a view gives; `describe` is of no use, as DuckDB 2.0.0 calls `id as ID` id there."""
    described = connection.execute(f"from (\n{view.sql}\n) limit 0").description
    return [(name, str(type_)) for name, type_, *_ in described or ()]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_contract_in_the_repository_is_the_one_agreed_on(name: str) -> None:
    """Continuous integration has the repository only; where the agreed file is at hand, ours equals it."""
    agreed = SHARED / f"{name}.csv"
    if not agreed.exists():
        pytest.skip("the agreed contract is not at hand")
    assert (CONTRACT / f"{name}.csv").read_text() == agreed.read_text()


def test_there_is_a_view_for_every_table_of_either_product_and_no_other() -> None:
    """A table that is missing breaks a query; one they do not have would pass for theirs."""
    assert sorted(VIEWS) == sorted(SHAPES)


@EVERY_VIEW
def test_a_view_has_the_columns_of_the_product_in_their_order_and_types(
    tables: duckdb.DuckDBPyConnection, place: tuple[str, str]
) -> None:
    """A query may take columns by place, or compare and union them: order and types are part of the shape."""
    assert shape_of(tables, VIEWS[place]) == SHAPES[place]


@EVERY_VIEW
def test_a_header_documents_the_columns_that_there_are(place: tuple[str, str]) -> None:
    """The header becomes DuckDB's comments; a column that has none, or stands elsewhere, misleads."""
    view = VIEWS[place]
    family = {"custom_fields"} if view.family else set()
    assert [column.name for column in view.columns] == [
        name for name, _ in SHAPES[place] if name not in family
    ]


def test_custom_fields_stand_where_the_product_has_its_object() -> None:
    """Stitch flattens the object into a column per field, so the account decides which there are."""
    objects = {
        ("stitch", table, row["column"])
        for table, columns in contract("stitch").items()
        for row in columns
        if row["type"] == "OBJECT"
    }
    families = {(*view.id, view.family.prefix.removesuffix("__")) for view in VIEWS.values() if view.family}
    assert families == objects
    children = {child.name: child for child in declared_tables().children}
    for view in VIEWS.values():
        if view.family:
            assert children[view.family.child].parent == view.name


@EVERY_VIEW
def test_references_lead_to_columns_of_the_same_shape(place: tuple[str, str]) -> None:
    """Who knows one product thinks in its tables; a reference into another schema would not help."""
    for column in VIEWS[place].columns:
        if column.references:
            schema, view, name = column.references.split(".")
            assert schema == place[0]
            assert name in {known for known, _ in SHAPES[schema, view]}, column


def test_every_reference_of_the_products_is_ours_too() -> None:
    """The products' diagrams show them. Stitch names contacts and products, but has no such tables."""
    stated = {
        (*view.id, column.name): column.references for view in VIEWS.values() for column in view.columns
    }
    missing = []
    for table, columns in contract("synchub").items():
        for row in columns:
            if row["relates_to"]:
                target = "synchub." + row["relates_to"].replace(" → ", ".")
                if stated["synchub", table, row["column"]] != target:
                    missing.append((table, row["column"], target))
    for table, columns in contract("stitch").items():
        for row in columns:
            if row["relates_to"] and ("stitch", row["relates_to"]) in SHAPES:
                array = row["type"] == "ARRAY"
                place = (f"{table}__{row['column']}", "value") if array else (table, row["column"])
                if stated["stitch", *place] != f"stitch.{row['relates_to']}.id":
                    missing.append((*place, row["relates_to"]))
    assert missing == []


# What the account's own rows may hold and the simulated one's do not.

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("old", "new", "code", "whether"),
    [
        ("0", None, 0, False),
        ("1", None, 1, True),
        ("12", None, 12, True),
        ("true", None, 1, True),
        ("false", None, 0, False),
        (None, True, 1, True),
        (None, False, 0, False),
        (None, None, None, None),
    ],
)
def test_automatic_assignment_is_told_in_the_terms_of_either_product(
    blank: duckdb.DuckDBPyConnection,
    old: str | None,
    new: bool | None,
    code: int | None,
    whether: bool | None,
) -> None:
    """Freshdesk sent true or false, then a code, and sends an object on its new groups page."""
    put(blank, "groups", id=1, auto_ticket_assign=old, automatic_agent_assignment_enabled=new)
    assert rows(blank, 'select AutoTicketAssign from synchub."Group"') == [(code,)]
    assert rows(blank, "select auto_ticket_assign from stitch.groups") == [(whether,)]


def test_groups_read_alike_from_the_old_page_and_the_new(blank: duckdb.DuckDBPyConnection) -> None:
    """SyncHub renamed the two columns with Freshdesk in 2023 and Stitch did not: an account has one pair."""
    put(blank, "groups", id=1, group_type="support_agent_group", business_hour_id=7)
    put(blank, "groups", id=2, type="support_agent_group", business_calendar_id=7)
    told = [("support_agent_group", 7)] * 2
    assert rows(blank, 'select Type, BusinessCalendarID from synchub."Group"') == told
    assert rows(blank, "select business_hour_id from stitch.groups") == [(7,), (7,)]


def test_a_sub_table_keeps_repeated_elements_and_places(blank: duckdb.DuckDBPyConnection) -> None:
    """Stitch writes an array as it comes: who counts or orders its elements must get the same."""
    put(blank, "tickets", id=1, tags=["a", None, "a"], _synced_at=AT)
    put(blank, "tickets", id=2, tags=[])
    put(blank, "tickets", id=3)
    sequence = int(AT.timestamp() * 1000)
    assert rows(
        blank,
        "select _sdc_source_key_id, _sdc_level_0_id, value, _sdc_sequence, _sdc_table_version"
        " from stitch.tickets__tags order by all",
    ) == [(1, 0, "a", sequence, 1), (1, 2, "a", sequence, 1)]


def test_the_requester_is_found_among_contacts_and_agents(blank: duckdb.DuckDBPyConnection) -> None:
    """Ids are shared: an agent can be a requester, and so can somebody who is unknown by now."""
    put(
        blank,
        "contacts",
        id=1,
        name="Ann",
        email="ann@example.com",
        phone="1",
        twitter_id="@a",
        facebook_id="f",
    )
    put(blank, "agents", id=2, contact_name="Bob", contact_email="bob@example.com", contact_phone="2")
    for requester in (1, 2, 3):
        put(blank, "tickets", id=requester, requester_id=requester)
    told = [
        ("Ann", "ann@example.com", "1", "@a", "f"),
        ("Bob", "bob@example.com", "2", None, None),
        (None, None, None, None, None),
    ]
    assert (
        rows(blank, "select Name, Email, Phone, TwitterID, FacebookID from synchub.Ticket order by ID")
        == told
    )
    assert (
        rows(blank, "select name, email, phone, twitter_id, facebook_id from stitch.tickets order by id")
        == told
    )


def test_what_was_deleted_is_marked_by_synchub_and_kept_by_stitch(blank: duckdb.DuckDBPyConnection) -> None:
    """SyncHub's queries say `where not IsDeleted`, so it may not be null; Stitch never removes a row."""
    put(blank, "tickets", id=1)
    put(blank, "tickets", id=2, deleted=True)
    put(blank, "tickets", id=3, deleted=False, _deleted_at=AT)
    for ticket in (1, 2, 3):
        put(blank, "ticket_tags", ticket_id=ticket, tag="a", position=0)
    marked = [(1, False), (2, True), (3, True)]
    assert rows(blank, "select ID, IsDeleted from synchub.Ticket order by ID") == marked
    assert rows(blank, "select TicketID, IsDeleted from synchub.TicketTag order by TicketID") == marked
    assert rows(blank, "select id from stitch.tickets order by id") == [(1,), (2,), (3,)]


def test_no_value_of_a_custom_field_is_lost(blank: duckdb.DuckDBPyConnection) -> None:
    """SyncHub has no column for a number with a fraction: it stands among the texts, digit by digit."""
    put(blank, "tickets", id=1)
    fields: dict[str, dict[str, Any]] = {
        "cf_text": {"value": '"12"', "value_string": "12"},
        "cf_whole": {"value": "12", "value_long": 12, "value_number": 12.0},
        "cf_decimal": {"value": "0.1", "value_number": 0.1},
        "cf_yes": {"value": "true", "value_boolean": True},
    }
    for name, cells in fields.items():
        put(blank, "ticket_custom_fields", ticket_id=1, name=name, **cells)
    assert rows(
        blank,
        "select FieldName, ValueString, ValueBool, ValueLong from synchub.TicketCustomField order by all",
    ) == [
        ("cf_decimal", "0.1", None, None),
        ("cf_text", "12", None, None),
        ("cf_whole", None, None, 12),
        ("cf_yes", None, True, None),
    ]


def test_a_recipient_is_one_by_a_flag_that_synchub_has(blank: duckdb.DuckDBPyConnection) -> None:
    """Newer accounts also send the addresses in copy of the ticket itself; SyncHub never had those rows."""
    flags = dict.fromkeys(
        ("is_primary_recipient", "is_cc_recipient", "is_reply_cc_recipient", "is_fwd_recipient"), False
    )
    put(blank, "tickets", id=1)
    put(blank, "ticket_recipients", ticket_id=1, email="copy@x", **flags, is_ticket_bcc_recipient=True)
    put(blank, "ticket_recipients", ticket_id=1, email="to@x", **{**flags, "is_primary_recipient": True})
    assert rows(blank, "select RemoteID, IsPrimaryRecipient from synchub.TicketRecipient") == [
        ("1-to@x", True)
    ]
