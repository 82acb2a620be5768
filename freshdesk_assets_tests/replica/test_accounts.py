"""Two accounts side by side: each is replicated as if it were alone, and asked together with the other."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import dagster as dg
import duckdb
import pytest

from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.replica.account import by_default
from freshdesk_assets_tests.replica.children import child_differences
from freshdesk_assets_tests.replica.truth import differences, surplus
from freshdesk_assets_tests.side_by_side import SEEDS, SideBySide, ended, side_by_side

TICKETS = MappingProxyType({"acme": 40, "beta": 25})
WAITS = "reads the same account on this machine"


@dataclass(frozen=True)
class Two:
    """Two accounts, each with a replica in a file."""

    accounts: SideBySide
    said: dict[str, str]

    def path(self, prefix: str) -> Path:
        return self.accounts.folder / f"replica_{prefix}.duckdb"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """Both accounts, synced at the same time by two processes."""
    with side_by_side(tmp_path_factory.mktemp("accounts"), TICKETS, days=20) as accounts:
        begun = {name: accounts.begin("sync", "--account", name) for name in SEEDS}
        yield Two(accounts, {name: ended(process) for name, process in begun.items()})


@pytest.mark.long
def test_two_accounts_are_synced_at_once_and_neither_waits(two: Two) -> None:
    """Each has a limit, a lock and a file of its own; the runs overlap in time."""
    assert not [name for name, said in two.said.items() if WAITS in said or "fills the same replica" in said]
    with recording(two.accounts.folder / "home") as instance:
        records = {record.dagster_run.job_name: record for record in instance.get_run_records()}
        first, second = records["acme__replicate"], records["beta__replicate"]
        for record in (first, second):
            assert record.dagster_run.status is dg.DagsterRunStatus.SUCCESS
            assert record.start_time is not None
            assert record.end_time is not None
        assert (first.start_time or 0) < (second.end_time or 0)
        assert (second.start_time or 0) < (first.end_time or 0)
        keys = {tuple(key.path[:1]) for key in instance.all_asset_keys()}
        assert keys == {("acme",), ("beta",)}
        assert first.dagster_run.tags["freshdesk/account"] == "acme"


@pytest.mark.long
@pytest.mark.parametrize("name", list(SEEDS))
def test_each_replica_equals_its_own_account(two: Two, name: str) -> None:
    """Row for row and cell for cell, its child tables too, and with nothing of the other's."""
    tables = [table.name for table in by_default()]
    assert differences(two.path(name), two.accounts.worlds[name], two.accounts.since, only=tables) == []
    (two.accounts.folder / name).mkdir()
    # The truth of child tables names the database as that of one account is named.
    alone = Path(shutil.copy(two.path(name), two.accounts.folder / name / "replica.duckdb"))
    assert child_differences(alone, two.accounts.worlds[name], two.accounts.since, by_default()) == []
    assert surplus(two.path(name), two.accounts.worlds[name], "tickets") == set()


@pytest.mark.long
def test_a_second_run_of_an_account_waits_for_the_first(two: Two) -> None:
    """Two would share its limit; one of the other account does not wait."""
    first, second = (two.accounts.begin("sync", "--account", "acme", "--whole") for _ in range(2))
    other = two.accounts.begin("sync", "--account", "beta", "--select", "groups")
    said = [ended(first), ended(second)]
    assert [WAITS in each for each in said].count(True) == 1
    assert WAITS not in ended(other)


@pytest.mark.long
def test_the_views_over_all_accounts_have_the_rows_of_each(two: Two) -> None:
    """A plain DuckDB opens them by the SQL that is printed; each view has the sum of the copies' rows."""
    sql = two.accounts.run("accounts", "--attach")
    with duckdb.connect() as connection:
        connection.execute(sql)
        views = connection.execute(
            "select schema_name, view_name from duckdb_views()"
            " where database_name = 'all_accounts' and not internal order by all"
        ).fetchall()
        names = {f"{schema}.{name}" for schema, name in views}
        assert {"freshdesk.tickets", "freshdesk.ticket_tags", "relations.tickets"} <= names
        assert {"freshdesk.account_history", "metrics.reconciliation", "freshdesk_meta.as_of"} <= names
        for name in sorted(names):
            query = f"select count(*) from {name}"
            found = connection.execute(
                f"select ({query}), (select count(*) from acme.{name}) + (select count(*) from beta.{name})"
            ).fetchone()
            assert found is not None
            assert found[0] == found[1], name
        rows = connection.execute(
            "select account, count(*) from freshdesk.tickets group by all order by all"
        ).fetchall()
    for name, count in rows:
        with duckdb.connect(str(two.path(name)), read_only=True) as connection:
            assert connection.execute("select count(*) from freshdesk.tickets").fetchall() == [(count,)]
    assert [name for name, _ in rows] == ["acme", "beta"]


@pytest.mark.long
def test_all_accounts_are_asked_at_once(two: Two) -> None:
    """`query --all-accounts` needs no SQL before it; without it, an account must be named."""
    asked = "select account, count(*) as tickets from freshdesk.tickets group by all order by all"
    said = two.accounts.run("query", "--all-accounts", "--format", "csv", asked)
    assert [line.partition(",")[0] for line in said.splitlines()] == ["account", "acme", "beta"]
    assert "add --account with one of acme, beta" in two.accounts.run("query", "select 1", expect=2)
    one = two.accounts.run(
        "query", "--account", "beta", "--format", "csv", "select count(*) from freshdesk.tickets"
    )
    assert f"beta,{one.splitlines()[1]}" in said


@pytest.mark.long
def test_a_sync_without_a_name_goes_through_all_accounts(two: Two) -> None:
    """One after another. Publishing a copy makes the views over all of them."""
    (two.accounts.folder / "all_accounts.duckdb").unlink(missing_ok=True)
    (two.accounts.folder / "replica_beta_published.duckdb").unlink()
    said = two.accounts.run("sync", "--select", "groups")
    assert said.index("Account acme") < said.index("Account beta")
    assert said.count("Done in") == 2
    assert (two.accounts.folder / "all_accounts.duckdb").exists()


@pytest.mark.long
def test_what_is_wrong_with_an_account_is_said_by_its_own_names(two: Two) -> None:
    """FRESHDESK_API_KEY and FRESHDESK_DOMAIN are not what the reader has to mend."""
    two.accounts.environment["KEY_OF_BETA"] = "wrong"
    (two.accounts.folder / "ids.csv").write_text("id\n900001\n")
    try:
        for words in (
            ("doctor",),
            ("sync", "--select", "groups"),
            ("plan",),
            ("archive", "--ids", "ids.csv"),
        ):
            said = two.accounts.run(*words, "--account", "beta", expect=1)
            assert "KEY_OF_BETA" in said
            assert "FRESHDESK_API_KEY" not in said
    finally:
        two.accounts.environment["KEY_OF_BETA"] = two.accounts.servers["beta"].key
    file = two.accounts.folder / "accounts.toml"
    before = file.read_text()
    file.write_text(before.replace(two.accounts.servers["beta"].url, "beta freshdesk"))
    try:
        assert "[beta] its `domain` in FRESHDESK_ACCOUNTS" in two.accounts.run("doctor", expect=2)
    finally:
        file.write_text(before)


@pytest.mark.long
def test_no_key_is_in_the_records_of_any_account(two: Two) -> None:
    """The file names variables, and the records hold no more than that."""
    keys = {server.key.encode() for server in two.accounts.servers.values()}
    for file in (two.accounts.folder / "home").rglob("*"):
        if file.is_file():
            text = file.read_bytes()
            assert not any(key in text for key in keys), file
