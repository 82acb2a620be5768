"""A view that is kept as a table is made anew where it must be, and takes nobody's table."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.rules import record_rules
from freshdesk_assets.warehouse.derived.views import ViewRefused, drop_undeclared, ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.places import place

VIEWS = [view for view in declared_views() if view.schema in ("metrics", "relations")]
SPANS, FACTS = ("metrics", "ticket_spans"), ("metrics", "ticket_facts")


def made(path: Path, views: Sequence[SqlView] = VIEWS) -> dict[str, tuple[str, str]]:
    """What the views are kept of, after they were ensured."""
    with Warehouse(place(path)).open() as connection:
        record_rules(connection, Rules())
        drop_undeclared(connection, views)
        ensure_views(connection, views, declared_tables())
        rows = connection.execute("select table_name, cut from freshdesk_meta.derived").fetchall()
    return {name: (name, cut) for name, cut in rows}


def test_a_kept_view_is_made_anew_where_a_view_it_reads_has_other_sql(tmp_path: Path) -> None:
    """An upgrade that mends the spans mends what was counted of them."""
    before = made(tmp_path / "replica.duckdb")
    assert made(tmp_path / "replica.duckdb") == before
    changed = [
        replace(view, sql=f"select * from ({view.sql})") if view.id == SPANS else view for view in VIEWS
    ]
    after = made(tmp_path / "replica.duckdb", changed)
    assert after["metrics.ticket_spans"] != before["metrics.ticket_spans"]
    assert after["metrics.ticket_facts"] != before["metrics.ticket_facts"]
    assert after["metrics.ticket_messages"] == before["metrics.ticket_messages"]


def test_a_kept_view_becomes_a_view_and_a_table_again(tmp_path: Path) -> None:
    path = tmp_path / "replica.duckdb"
    made(path)
    plain = [replace(view, kept=None) if view.id == FACTS else view for view in VIEWS]
    assert "metrics.ticket_facts" not in made(path, plain)
    assert "metrics.ticket_facts" in made(path)


def test_a_kept_view_that_is_no_longer_declared_goes_with_its_table(tmp_path: Path) -> None:
    path = tmp_path / "replica.duckdb"
    made(path)
    assert "metrics.staff" in made(path)
    left = [view for view in VIEWS if view.schema == "relations"]
    assert not [name for name in made(path, left) if name.startswith("metrics.")]
    with Warehouse(place(path)).open() as connection:
        tables = "select table_name from information_schema.tables where table_schema = 'metrics'"
        assert connection.execute(tables).fetchall() == []


def test_a_table_of_somebodys_own_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "replica.duckdb"
    with Warehouse(place(path)).open() as connection:
        connection.execute("create schema metrics")
        connection.execute("create table metrics.staff as select 'mine' as whose")
    with pytest.raises(ViewRefused, match="somebody's own"):
        made(path)
    with Warehouse(place(path)).open() as connection:
        assert connection.execute("from metrics.staff").fetchall() == [("mine",)]
