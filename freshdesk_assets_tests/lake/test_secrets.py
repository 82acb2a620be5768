"""No secret of a lake is in what is said, recorded, shown or left on the disk, whatever becomes of a run."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from freshdesk_assets.orchestration.partitions import partitions_of
from freshdesk_assets.page import writing
from freshdesk_assets.page.rows import rows_of
from freshdesk_assets.setting_destination import lake_address
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets_tests.lake.own_postgres import OwnPostgres
from freshdesk_assets_tests.lake.store import BUCKET, SECRET, Store
from freshdesk_assets_tests.lake.test_runs_anywhere import machine
from freshdesk_assets_tests.places import PASSWORD
from freshdesk_assets_tests.programs import FOUND
from freshdesk_assets_tests.replica.account import Account, simulated_account
from freshdesk_assets_tests.replica.planted import found_in

FRESHDESK_KEY = "key-of-freshdesk-nobody-may-read"

WRONG = "another-secret-which-is-wrong"

SECRETS = {PASSWORD, quote(PASSWORD), SECRET, FRESHDESK_KEY, WRONG}

A_TABLE = ("sync", "--select", "groups")

SHOWN = """
{
  repositoriesOrError {
    ... on RepositoryConnection {
      nodes {
        allTopLevelResourceDetails {
          name description configFields { name description defaultValueAsJson }
          configuredValues { key type value }
        }
        pipelines { name description runTags { key value } metadataEntries { label description } }
        assetNodes {
          assetKey { path } description tags { key value }
          metadataEntries {
            label description ... on TextMetadataEntry { text } ... on PathMetadataEntry { path }
          }
        }
      }
    }
    ... on PythonError { message stack }
  }
  runsOrError {
    ... on Runs {
      results {
        runId status runConfigYaml tags { key value }
        eventConnection {
          events {
            ... on MessageEvent { message }
            ... on RunFailureEvent { error { message stack } }
            ... on ExecutionStepFailureEvent { error { message stack causes { message stack } } }
          }
        }
      }
    }
    ... on PythonError { message stack }
  }
}
"""
"""What the pages of Dagster's UI ask: of resources, jobs, assets and runs."""


@pytest.fixture
def acme(
    server: OwnPostgres, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Account]:
    assert server
    with simulated_account(
        tmp_path, monkeypatch, 8, days=4, destination="postgres", key=FRESHDESK_KEY
    ) as made:
        files = store.environment()["FRESHDESK_DATA_PATH"]
        monkeypatch.setenv("FRESHDESK_DATA_PATH", files)
        made.decide(data_path=files)
        yield made


def told(account: Account, folder: Path, code: int, *words: str, **environment: str) -> str:
    """What a command says on a machine of its own that ends with a code; no secret is in it or left there."""
    with machine(account, folder, words, FRESHDESK_LOCK_WAIT="3", COLUMNS="1000", **environment) as process:
        said, _ = process.communicate(timeout=540)
    assert process.returncode == code, said
    assert not [word for word in SECRETS if word in said]
    assert found_in(folder, SECRETS) == {}
    return said


def program(folder: Path, code: int, *words: str, **environment: str) -> str:
    """What a program of Dagster prints on such a machine; no secret is in it, nor left there."""
    for name in ("empty", "temporary", "home"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    ours = {name: value for name, value in os.environ.items() if name.startswith(("FRESHDESK_", "AWS_"))}
    name, *others = words
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name(name)),
            *others,
            *("--module-name", "freshdesk_assets.definitions"),
        ],
        cwd=folder / "empty",
        env={
            **FOUND,
            "PATH": os.environ["PATH"],
            "DAGSTER_HOME": str(folder / "home"),
            "TMPDIR": str(folder / "temporary"),
            **ours,
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == code, done.stderr
    assert not [word for word in SECRETS if word in done.stdout + done.stderr]
    assert found_in(folder, SECRETS) == {}
    return done.stdout + done.stderr


def shown(folder: Path, **environment: str) -> str:
    """What the UI of Dagster is answered on that machine."""
    said = program(folder, 0, "dagster-graphql", "--text", SHOWN, **environment)
    assert "PythonError" not in said
    assert '"FRESHDESK_DESTINATION"' in said
    assert '"FRESHDESK_API_KEY"' in said
    return said


def as_url(destination: str, server: OwnPostgres) -> str:
    """The same place written as a URL, in which the password is written otherwise."""
    base = destination.partition("dbname=")[2].partition(" ")[0]
    return f"ducklake:postgres:postgresql://postgres:{quote(PASSWORD)}@/{base}?host={server.folder}"


@pytest.mark.long
def test_runs_that_succeed_and_runs_that_fail_tell_no_secret(
    acme: Account, server: OwnPostgres, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each failure says what to mend, in what is printed and in the records; a page does not say it."""
    keys = store.environment()
    page = tmp_path / "well" / "page.html"
    told(acme, tmp_path / "well", 0, "sync", FRESHDESK_PAGE=str(page), **keys)
    assert page.exists()
    assert "SUCCESS" in shown(tmp_path / "well")
    assert acme.differences() == []

    destination = os.environ["FRESHDESK_DESTINATION"]
    url = as_url(destination, server)
    file = tmp_path / "a file"
    file.touch()
    for name, says, environment in (
        (
            "wrong in a URL",
            "password authentication failed",
            {"FRESHDESK_DESTINATION": url.replace(quote(PASSWORD), WRONG)},
        ),
        (
            "wrong password",
            "password authentication failed",
            {"FRESHDESK_DESTINATION": destination.replace(PASSWORD, WRONG)},
        ),
        ("wrong secret of the store", "AWS_SECRET_ACCESS_KEY", {"AWS_SECRET_ACCESS_KEY": WRONG}),
        ("other files", "has its files elsewhere", {"FRESHDESK_DATA_PATH": f"s3://{BUCKET}/elsewhere"}),
        ("no folder", "cannot be made", {"FRESHDESK_DATA_PATH": str(file / "folder")}),
        ("key", "FRESHDESK_API_KEY", {"FRESHDESK_API_KEY": WRONG}),
    ):
        folder = tmp_path / name
        said = told(acme, folder, 1, *A_TABLE, **{**keys, **environment})
        assert says in said, name
    assert "FAILURE" in shown(folder, FRESHDESK_API_KEY=WRONG)

    charts = iter(range(3))

    def while_postgres_goes(*given: Any) -> Any:
        if next(charts, None) == 2:
            server.end()
        return rows_of(*given)

    monkeypatch.setattr(writing, "rows_of", while_postgres_goes)
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    assert isinstance(acme.place, Lake)
    before = page.read_text()
    with pytest.raises(WarehouseError, match="does not answer") as refused:
        writing.write_page(acme.place, page, writing.Options(names=True))
    assert not [word for word in SECRETS if word in str(refused.value)]
    assert page.read_text() == before


@pytest.mark.long
def test_runs_that_dagster_launches_while_postgres_is_away_tell_no_secret(
    acme: Account, server: OwnPostgres, tmp_path: Path
) -> None:
    """A command asks before it makes a run. A run of Dagster's fails, and that is recorded."""
    destination = os.environ["FRESHDESK_DESTINATION"]
    keys = partitions_of(acme.partitioning).get_partition_keys()
    settings = {
        "FRESHDESK_START_DATE": f"{acme.partitioning.start:%Y-%m-%d}",
        "FRESHDESK_PARTITIONS": "monthly",
    }
    materialize = ("asset", "materialize", "--select", "freshdesk/groups", "--partition", keys[-1])
    wrong = destination.replace(PASSWORD, WRONG)
    for name, place, says in (
        ("wrong", wrong, "password authentication failed"),
        ("away", destination, "does not answer"),
        ("url", as_url(destination, server), "does not answer"),
    ):
        if place != wrong:
            server.end()
        environment = {**settings, "FRESHDESK_DESTINATION": place}
        assert says in program(tmp_path / name, 1, "dagster", *materialize, **environment)
        recorded = shown(tmp_path / name, **environment)
        assert says in recorded
        assert "FAILURE" in recorded


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://me:50%Qsecret@localhost/base",
        "postgresql://me:se@cret/x@localhost:5432/base",
        "postgresql://me:se@cret@localhost/base",
        "postgresql://me:se/cret@localhost/base",
        "host=localhost dbname=base password=a secret",
        "host=localhost dbname=base password='secret",
    ],
)
def test_a_connection_string_that_cannot_be_read_is_refused_without_a_word_of_it(dsn: str) -> None:
    """libpq quotes what it does not understand, and takes what follows an @ for the host."""
    with pytest.raises(ValueError, match="cannot be read: quote a password that has spaces") as refused:
        lake_address(f"ducklake:postgres:{dsn}", "/files")
    assert "cret" not in repr((refused.value, refused.value.__context__, refused.value.__cause__))
    assert lake_address("ducklake:postgres:postgresql://me:a%40b@localhost/base", "/files").dsn
