"""What the declared child tables make of every shape that Freshdesk sends, or might send."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Type
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets.warehouse.sql import ALIAS

CATALOG = declared_tables()
CHILDREN = {child.name: child for child in CATALOG.children}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute(f"attach ':memory:' as {ALIAS}; use {ALIAS}; set timezone = 'UTC'")
        yield made


def cut(connection: duckdb.DuckDBPyConnection, name: str, columns: str, **cells: Any) -> list[Any]:
    """What a child table makes of one row of its parent."""
    child = CHILDREN[name]
    put(connection, child, cells)
    derive(connection, child, CATALOG[child.parent])
    return connection.execute(f"select {columns} from freshdesk.{name} order by all").fetchall()


def put(connection: duckdb.DuckDBPyConnection, child: Child, cells: dict[str, Any]) -> None:
    """A row of the child's parent, the next by number."""
    parent = CATALOG[child.parent]
    ensure_shape(connection, parent)
    values = {
        key: json.dumps(value) if parent.column(key).type is Type.JSON and value is not None else value
        for key, value in cells.items()
    }
    names = ", ".join(["id", "_synced_at", *values])
    chosen = ", ".join(
        ["(select count(*) from freshdesk." + parent.name + ")", "now()", *("?" * len(values))]
    )
    connection.execute(f"insert into freshdesk.{parent.name} ({names}) select {chosen}", [*values.values()])


SHAPES = {
    "none": (None, []),
    "empty": ([], []),
    "texts": (["a", None, "b"], [(["a"], None, None), (["b"], None, None)]),
    "codes by label": ({"Email": 1, "Portal": 2}, [(["Email"], 1, None), (["Portal"], 2, None)]),
    "nested lists": (
        [{"usa": [{"texas": ["x", "y"]}]}, {"japan": []}],
        [
            (["usa"], None, None),
            (["usa", "texas"], None, None),
            (["usa", "texas", "x"], None, None),
            (["usa", "texas", "y"], None, None),
            (["japan"], None, None),
        ],
    ),
    "nested objects": (
        {"usa": {"texas": ["x"]}},
        [(["usa"], None, None), (["usa", "texas"], None, None), (["usa", "texas", "x"], None, None)],
    ),
    "a number": (5, []),
    "odd elements": ([1, True, ["x"], {"a": None}], None),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_choices_of_every_shape(connection: duckdb.DuckDBPyConnection, shape: str) -> None:
    choices, expected = SHAPES[shape]
    columns = "position, path, code, label_for_customers"
    rows = cut(connection, "ticket_field_choices", columns, type="custom_dropdown", choices=choices)
    if expected is not None:
        assert [row[1:] for row in rows] == expected
        assert [row[0] for row in rows] == list(range(len(rows)))


def test_statuses_are_told_by_their_codes(connection: duckdb.DuckDBPyConnection) -> None:
    """The one field whose choices are keyed by code; each has a label for agents and one for customers."""
    choices = {"2": ["Open", "Being processed"], "9": ['Bei "uns"', None], "x": "odd", "10": []}
    rows = cut(
        connection,
        "ticket_field_choices",
        "code, value, label_for_customers",
        type="default_status",
        choices=choices,
    )
    assert rows[:2] == [(2, "Open", "Being processed"), (9, 'Bei "uns"', None)]


def test_a_custom_field_stands_in_the_column_of_its_type(connection: duckdb.DuckDBPyConnection) -> None:
    """Digits in text stay text, zeros and all; a list is kept as it was sent."""
    fields = {
        "text": "0012",
        "day": "2024-02-29",
        "no_day": "2024-02-30",
        "whole": 9007199254740993,
        "huge": 2**70,
        "part": 12.5,
        "yes": True,
        "blank": None,
        "several": ["a", "b"],
        'quoted "key".$': "x",
    }
    columns = "name, value_string, value_boolean, value_long, value_number, value_date::varchar, value"
    rows = {row[0]: row[1:] for row in cut(connection, "ticket_custom_fields", columns, custom_fields=fields)}
    assert rows["text"] == ("0012", None, None, None, None, '"0012"')
    assert rows["day"] == ("2024-02-29", None, None, None, "2024-02-29", '"2024-02-29"')
    assert rows["no_day"][4] is None
    assert rows["whole"] == (None, None, 9007199254740993, 9007199254740992.0, None, "9007199254740993")
    assert rows["huge"][2] is None
    assert json.loads(rows["huge"][5]) == pytest.approx(2**70)
    assert rows["part"] == (None, None, None, 12.5, None, "12.5")
    assert rows["yes"] == (None, True, None, None, None, "true")
    assert rows["several"] == ('["a","b"]', None, None, None, None, '["a","b"]')
    assert rows['quoted "key".$'][0] == "x"
    assert "blank" not in rows


@pytest.mark.parametrize("name", sorted(CHILDREN))
def test_nothing_a_parent_may_hold_is_fatal(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """One odd row must not stop the tables of an account."""
    child = CHILDREN[name]
    types = {source: CATALOG[child.parent].column(source).type for source in child.sources}
    for odd in ([], {}, 5, "text", [None, {"a": 1}], [[1]], {"a": [None]}, True):
        put(connection, child, {source: odd for source, type_ in types.items() if type_ is Type.JSON})
    derive(connection, child, CATALOG[child.parent])


def test_companies_come_as_ids_and_as_objects(connection: duckdb.DuckDBPyConnection) -> None:
    companies = [7, {"company_id": 8, "view_all_tickets": True}, {"company_id": None}, {"company_id": 8}]
    columns = "company_id, view_all_tickets, position"
    rows = cut(connection, "contact_other_companies", columns, other_companies=companies)
    assert rows == [(7, None, 0), (8, True, 1)]


def test_an_attachments_size_has_two_names(connection: duckdb.DuckDBPyConnection) -> None:
    """Rows seen in the wild say size, Freshdesk's documentation file_size."""
    files = [{"id": 1, "size": 5}, {"id": 2, "file_size": 6}, {"name": "without an id"}]
    rows = cut(connection, "conversation_attachments", "position, id, size", attachments=files)
    assert rows == [(0, 1, 5), (1, 2, 6), (2, None, None)]


def test_escalations_stand_at_once_or_by_level(connection: duckdb.DuckDBPyConnection) -> None:
    escalation = {
        "response": {"escalation_time": 0, "agent_ids": [-1, 5, 5, None]},
        "resolution": {"level_1": {"escalation_time": 60, "agent_ids": [6]}, "level_2": None},
        "reminder_response": {"escalation_time": -1800, "agent_ids": []},
        "odd": [1],
    }
    columns = "escalation_name, escalation_time, agent_id"
    rows = cut(connection, "sla_policy_agent_escalations", columns, escalation=escalation)
    assert rows == [("resolution.level_1", 60, 6), ("response", 0, -1), ("response", 0, 5)]
