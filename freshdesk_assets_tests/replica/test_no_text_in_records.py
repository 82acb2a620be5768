"""No text of a customer is in Dagster's records or logs, whatever rows and checks are like."""

import json
import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from freshdesk_assets.checks import declared_checks
from freshdesk_assets.chosen import views_over
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.names import ONLY_MISSING
from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.orchestration.records.packing import pack
from freshdesk_assets.schema.catalog import SourceLine
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.view import Kept, SqlView, ViewColumn
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.planted import MARK, found_in, plant
from freshdesk_assets_tests.replica.test_runs import module


def own_check(table: str, name: str, sql: str) -> SqlCheck:
    return SqlCheck(
        schema="freshdesk",
        table=table,
        name=name,
        doc="Nothing is written by anybody.",
        sql=sql,
        place=SourceLine(Path(f"{name}.sql"), 1),
    )


FAILING = own_check("agents", "wordless", "select id, subject, tags from freshdesk.tickets")
NUMBER = f"case when subject like '{MARK}%' then subject::integer end"
"""Refused for what is planted, and not for the subject of another row."""
BREAKING = own_check("tickets", "countable", f"select id from freshdesk.tickets where {NUMBER} > 1")
DATE = f"case when name like '{MARK}%' then strptime(name, '%Y') end"
BROKEN = own_check("contacts", "dated", f"select id from freshdesk.contacts where {DATE} > '2000-01-01'")


def own_view(name: str, sql: str, kept: Kept | None) -> SqlView:
    return SqlView(
        schema="mine",
        name=name,
        doc="Numbers.",
        columns=(ViewColumn(name="id", doc="Its id."), ViewColumn(name="n", doc="Its number.")),
        family=None,
        sql=sql,
        reads=frozenset({("freshdesk", "tickets")}),
        place=SourceLine(Path(f"{name}.sql"), 1),
        kept=kept,
    )


NUMBERS = f"select tickets.id, {NUMBER} as n from freshdesk.tickets"


def run_with_own(acme: Account, instance: dg.DagsterInstance, *checks: SqlCheck) -> dg.ExecuteInProcessResult:
    """A sync with checks and views of the user's own that meet what customers wrote."""
    definitions = build_defs(
        acme.settings,
        acme.catalog,
        views=[*views_over(acme.catalog), own_view("numbers", NUMBERS, Kept())],
        checks=[*declared_checks(), *checks],
        page=True,
    )
    job = dg.define_asset_job("asked_for", dg.AssetSelection.all())
    first = last = partitions_of(acme.partitioning).get_partition_keys()[-1]
    return execute(
        dg.Definitions.merge(definitions, dg.Definitions(jobs=[job])).resolve_job_def("asked_for"),
        instance,
        tags={
            "dagster/asset_partition_range_start": first,
            "dagster/asset_partition_range_end": last,
            ONLY_MISSING: "true",
        },
    )


def disturb(acme: Account, words: set[str]) -> None:
    """Rows with keys that nobody knows, of wrong types, without an id; their words are planted too."""
    add = acme.server.faults.add
    words.add(f"{MARK}unknown")
    add("unknown_key", path="tickets", times=None, key="brand_new", value={"said": f"{MARK}unknown"})
    for kind, path, field in (
        ("text_for_integer", "tickets", "priority"),
        ("text_for_integer", "contacts", "id"),
        ("bad_timestamp", "tickets", "due_by"),
        ("duplicate_key", "tickets", "subject"),
        ("invalid_utf8", "contacts", "name"),
    ):
        add("odd_value", path=path, times=3, kind=kind, field=field)


@pytest.mark.long
def test_no_text_of_a_customer_is_in_records_or_logs(
    account: Callable[..., Any], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of rows that are as they should be, odd, rejected and at fault; of checks and views that fail on them.

    Dagster's databases are read row by row, packed events unpacked.
    """
    with account(tickets=30) as acme, recording(tmp_path / "logged", logs=True) as instance:
        words = set(plant(acme.world).words)
        disturb(acme, words)
        acme.world.clock.advance(timedelta(hours=1))
        result = run_with_own(acme, instance, FAILING, BREAKING)
        assert not result.success
        evaluated = {each.check_name: each for each in result.get_asset_check_evaluations()}
        assert not evaluated["wordless"].passed

        # What was planted has come, and rows were rejected: else there would be nothing to find.
        held = acme.path.read_bytes().decode("utf-8", "replace")
        stored = {word for word in words if word in held or _stored(acme, word)}
        assert sorted(words - stored - {f"{MARK}domain", f"{MARK}attachment", f"{MARK}link"}) == []
        assert acme.query("select count(*) from replica.freshdesk_meta.rejected")[0][0] > 0

        acme.world.day_of_changes(random.Random(4))
        words |= plant(acme.world).words
        assert not run_with_own(acme, instance, FAILING, BROKEN).success
        said, errors = capfd.readouterr()
        (tmp_path / "logged" / "printed").write_text(said + errors)
        assert found_in(tmp_path / "logged", words) == {}
        assert "check countable" in said + errors
        assert "check dated" in said + errors
        assert "mine.numbers" in said + errors


def _stored(acme: Account, word: str) -> bool:
    """Whether a word is in some column of some table: in the file itself it may be compressed."""
    with duckdb.connect(str(acme.path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where schema_name like 'freshdesk%'"
        ).fetchall()
        return any(
            connection.execute(
                f'select count(*) from {schema}."{table}" t where t::varchar ilike ?', [f"%{word}%"]
            ).fetchone()
            != (0,)
            for schema, table in tables
        )


@pytest.mark.long
def test_nor_is_one_in_what_a_launched_run_prints(account: Callable[..., Any], tmp_path: Path) -> None:
    """`dagster job execute`, of which Dagster stores what the steps print, and `sync` with `doctor`."""
    with account(tickets=30) as acme:
        words = set(plant(acme.world).words)
        disturb(acme, words)
        home = tmp_path / "logged"
        environment = {"DAGSTER_HOME": str(home)}
        said = module(acme, "freshdesk_assets.cli", "sync", **environment).communicate(timeout=300)[0]
        acme.world.clock.advance(timedelta(hours=1))
        words |= plant(acme.world).words
        month = partitions_of(acme.partitioning).get_partition_keys()[-1]
        asked = [
            "-m",
            "freshdesk_assets.definitions",
            "--select",
            "key:freshdesk/tickets",
            "--partition",
            month,
        ]
        said += module(acme, "dagster", "asset", "materialize", *asked, **environment).communicate(
            timeout=300
        )[0]
        said += module(acme, "freshdesk_assets.cli", "doctor", **environment).communicate(timeout=300)[0]
        assert any(home.rglob("compute_logs/*"))
        (home / "printed").write_text(said)
        assert found_in(home, words) == {}


def test_what_is_sought_would_be_found(tmp_path: Path) -> None:
    """In a database, packed and plain; in a log; as JSON escapes it."""
    (tmp_path / "a.log").write_text(f"... {MARK}one ...")
    (tmp_path / "b.log").write_text(json.dumps({"said": f"{MARK}two"}))
    with closing(sqlite3.connect(tmp_path / "c.db")) as records:
        records.execute("create table events (event)")
        packed = pack("x" * 300 + json.dumps(f"{MARK}three"))
        records.executemany("insert into events values (?)", [(packed,), (f"{MARK}four",)])
        records.commit()
    words = {f"{MARK}{name}" for name in ("one", "two", "three", "four", "five")}
    assert len(found_in(tmp_path, words)) == 4
