"""Two accounts on one lake: each is replicated as if it were alone, and asked together with the other.

They share a database of Postgres and FRESHDESK_DATA_PATH; each has a schema and a folder of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from types import MappingProxyType

import pytest

from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets_tests.places import PASSWORD, SERVER, ask, new_database, reading, socket_folder
from freshdesk_assets_tests.replica.account import by_default
from freshdesk_assets_tests.replica.children import child_differences
from freshdesk_assets_tests.replica.planted import found_in
from freshdesk_assets_tests.replica.truth import differences, surplus
from freshdesk_assets_tests.side_by_side import SEEDS, SideBySide, ended, side_by_side

pytestmark = pytest.mark.long

TICKETS = MappingProxyType({"acme": 24, "beta": 15})
WAITS = "waiting for another run, which reads the same account"
FILES = "FRESHDESK_DATA_PATH"


@dataclass(frozen=True)
class Two:
    """Two accounts with their replicas on one lake; no two machines share a folder, lock or record."""

    accounts: SideBySide
    database: str
    said: dict[str, str]

    def asked(self, *words: str) -> str:
        """What a command says on a machine that only reads."""
        return self.accounts.run(*words, machine="reader")

    def place(self, prefix: str) -> Lake:
        """The lake of an account."""
        files = f"{self.accounts.environment[FILES]}/{prefix}"
        return Lake(catalogue="postgres", dsn=self.database, data_path=files, schema=prefix)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both accounts, synced at the same time by two machines, and one of them by a third."""
    folder = tmp_path_factory.mktemp("accounts")
    database = new_database(f"lake_{token_hex(6)}")
    settings = {
        SERVER: socket_folder(),
        "FRESHDESK_DESTINATION": f"ducklake:postgres:{database}",
        FILES: str(folder / "lake_files"),
    }
    with side_by_side(folder, TICKETS, days=10, **settings) as accounts:
        machines = {"one": "acme", "two": "beta", "three": "acme"}
        begun = {
            machine: accounts.begin("sync", "--account", name, machine=machine)
            for machine, name in machines.items()
        }
        yield Two(accounts, database, {machine: ended(process) for machine, process in begun.items()})


def test_accounts_do_not_wait_for_each_other_and_a_second_run_of_one_does(two: Two) -> None:
    """Two runs of one would share its limit, and pay for each ticket twice."""
    waited = {machine for machine, said in two.said.items() if WAITS in said}
    assert len(waited) == 1
    assert waited < {"one", "three"}
    assert two.accounts.servers["acme"].meter.calls["tickets/{id}/conversations"] == len(
        two.accounts.worlds["acme"].tickets
    )


@pytest.mark.parametrize("name", list(SEEDS))
def test_each_replica_equals_its_own_account(two: Two, name: str) -> None:
    """Row for row and cell for cell, its child tables too, and with nothing of the other's."""
    tables = [table.name for table in by_default()]
    place, world = two.place(name), two.accounts.worlds[name]
    assert differences(place, world, two.accounts.since, only=tables) == []
    assert child_differences(place, world, two.accounts.since, by_default()) == []
    assert surplus(place, world, "tickets") == set()


def test_the_views_over_all_accounts_have_the_rows_of_each(two: Two) -> None:
    """A plain DuckDB opens them by the SQL that is printed, with the password that the reader adds."""
    sql = two.asked("accounts", "--attach")
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
    said = two.asked("query", "--all-accounts", "--format", "csv", asked)
    assert [line.partition(",")[0] for line in said.splitlines()] == ["account", "acme", "beta"]
    for name in SEEDS:
        question = "select count(*) from freshdesk.tickets"
        one = two.asked("query", "--account", name, "--format", "csv", question)
        assert f"{name},{one.splitlines()[1]}" in said
    related = "select account, status from relations.tickets limit 1"
    assert two.asked("query", "--all-accounts", "--format", "csv", related).count("\n") == 2


def test_no_secret_is_in_what_machines_keep(two: Two) -> None:
    """Keys of both accounts and the password of the database."""
    secrets = {PASSWORD, *(server.key for server in two.accounts.servers.values())}
    assert len(secrets) == 3
    for machine, said in two.said.items():
        assert not [word for word in secrets if word in said]
        assert found_in(two.accounts.folder / machine, secrets) == {}
    schemas = {name for (name,) in ask(_name(two), "select nspname from pg_namespace")}
    assert set(SEEDS) <= schemas


def _name(two: Two) -> str:
    return two.database.partition("dbname=")[2].partition(" ")[0]
