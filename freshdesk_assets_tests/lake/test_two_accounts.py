"""Two accounts on one lake: each is replicated as if it were alone, and asked together with the other.

They share a database of Postgres and FRESHDESK_DATA_PATH; each has a schema and a folder of its own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType

import pytest

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets_tests.places import PASSWORD, SERVER, ask, new_database, reading, socket_folder
from freshdesk_assets_tests.programs import FOUND
from freshdesk_assets_tests.replica.account import by_default
from freshdesk_assets_tests.replica.children import child_differences
from freshdesk_assets_tests.replica.planted import found_in
from freshdesk_assets_tests.replica.truth import differences, surplus

pytestmark = pytest.mark.long

SEEDS = MappingProxyType({"acme": 1, "beta": 2})
TICKETS = MappingProxyType({"acme": 24, "beta": 15})
WAITS = "waiting for another run, which reads the same account"


@dataclass
class Two:
    """Two simulated accounts, the lakes of their replicas, and what commands need to find them."""

    folder: Path
    database: str
    since: datetime
    worlds: dict[str, World]
    servers: dict[str, Server]
    environment: dict[str, str]
    said: dict[str, str]

    def begin(self, machine: str, *words: str) -> subprocess.Popen[str]:
        """A command on a machine of its own: it shares no folder, lock or record with those of others."""
        home = self.folder / machine
        home.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "freshdesk_assets.cli", *words],
            cwd=home,
            env={**self.environment, "DAGSTER_HOME": str(home), "TMPDIR": str(home)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, machine: str, *words: str, expect: int = 0) -> str:
        """What a command says, which ends as it should."""
        return ended(self.begin(machine, *words), expect)

    def place(self, prefix: str) -> Lake:
        """The lake of an account."""
        files = f"{self.environment['FRESHDESK_DATA_PATH']}/{prefix}"
        return Lake(catalogue="postgres", dsn=self.database, data_path=files, schema=prefix)


def ended(process: subprocess.Popen[str], expect: int = 0) -> str:
    said, _ = process.communicate(timeout=540)
    assert process.returncode == expect, said
    return said


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both accounts, synced at the same time by two machines, and one of them by a third."""
    folder = tmp_path_factory.mktemp("accounts")
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    with ExitStack() as served:
        worlds = {
            name: World(seed=seed, tickets=TICKETS[name], now=now, days=10) for name, seed in SEEDS.items()
        }
        servers = {
            name: served.enter_context(serve(world, key=f"key-of-{name}-nobody-may-read"))
            for name, world in worlds.items()
        }
        since = (now - timedelta(days=50)).replace(hour=0, minute=0, second=0)
        (folder / "accounts.toml").write_text(
            "\n".join(
                f'[{name}]\ndomain = "{server.url}"\nkey = "KEY_OF_{name.upper()}"'
                for name, server in servers.items()
            )
        )
        database = new_database(f"lake_{token_hex(6)}")
        environment = {
            **FOUND,
            "PATH": os.environ["PATH"],
            SERVER: socket_folder(),
            "FRESHDESK_ACCOUNTS": str(folder / "accounts.toml"),
            "FRESHDESK_DESTINATION": f"ducklake:postgres:{database}",
            "FRESHDESK_DATA_PATH": str(folder / "lake_files"),
            "FRESHDESK_START_DATE": f"{since:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
            "COLUMNS": "1000",
            **{f"KEY_OF_{name.upper()}": server.key for name, server in servers.items()},
        }
        made = Two(folder, database, since, worlds, servers, environment, {})
        machines = {"one": "acme", "two": "beta", "three": "acme"}
        begun = {machine: made.begin(machine, "sync", "--account", of) for machine, of in machines.items()}
        made.said = {machine: ended(process) for machine, process in begun.items()}
        yield made


def test_accounts_do_not_wait_for_each_other_and_a_second_run_of_one_does(two: Two) -> None:
    """Two runs of one would share its limit, and pay for each ticket twice."""
    waited = {machine for machine, said in two.said.items() if WAITS in said}
    assert len(waited) == 1
    assert waited < {"one", "three"}
    assert two.servers["acme"].meter.calls["tickets/{id}/conversations"] == len(two.worlds["acme"].tickets)


@pytest.mark.parametrize("name", list(SEEDS))
def test_each_replica_equals_its_own_account(two: Two, name: str) -> None:
    """Row for row and cell for cell, its child tables too, and with nothing of the other's."""
    tables = [table.name for table in by_default()]
    place, world = two.place(name), two.worlds[name]
    assert differences(place, world, two.since, only=tables) == []
    assert child_differences(place, world, two.since, by_default()) == []
    assert surplus(place, world, "tickets") == set()


def test_the_views_over_all_accounts_have_the_rows_of_each(two: Two) -> None:
    """A plain DuckDB opens them by the SQL that is printed, with the password that the reader adds."""
    sql = two.run("reader", "accounts", "--attach")
    assert PASSWORD not in sql
    with reading(two.place("acme"), "other") as connection:
        connection.execute(sql)
        views = connection.execute(
            "select schema_name, view_name from duckdb_views()"
            " where database_name = 'all_accounts' and not internal order by all"
        ).fetchall()
        names = {f"{schema}.{name}" for schema, name in views}
        assert {"freshdesk.tickets", "freshdesk.ticket_tags", "relations.tickets"} <= names
        for name in ("freshdesk.tickets", "freshdesk.ticket_tags", "relations.tickets"):
            found = connection.execute(
                f"select (select count(*) from {name}),"
                f" (select count(*) from acme.{name}) + (select count(*) from beta.{name})"
            ).fetchone()
            assert found is not None
            assert found[0] == found[1] > 0, name


def test_all_accounts_are_asked_at_once(two: Two) -> None:
    """`query --all-accounts` needs no SQL before it."""
    asked = "select account, count(*) as tickets from freshdesk.tickets group by all order by all"
    said = two.run("reader", "query", "--all-accounts", "--format", "csv", asked)
    assert [line.partition(",")[0] for line in said.splitlines()] == ["account", "acme", "beta"]
    for name in SEEDS:
        question = "select count(*) from freshdesk.tickets"
        one = two.run("reader", "query", "--account", name, "--format", "csv", question)
        assert f"{name},{one.splitlines()[1]}" in said
    related = "select account, status from relations.tickets limit 1"
    assert two.run("reader", "query", "--all-accounts", "--format", "csv", related).count("\n") == 2


def test_no_secret_is_in_what_machines_keep(two: Two) -> None:
    """Keys of both accounts and the password of the database."""
    secrets = {PASSWORD, *(server.key for server in two.servers.values())}
    assert len(secrets) == 3
    for machine, said in two.said.items():
        assert not [word for word in secrets if word in said]
        assert found_in(two.folder / machine, secrets) == {}
    schemas = {name for (name,) in ask(_name(two), "select nspname from pg_namespace")}
    assert set(SEEDS) <= schemas


def _name(two: Two) -> str:
    return two.database.partition("dbname=")[2].partition(" ")[0]
