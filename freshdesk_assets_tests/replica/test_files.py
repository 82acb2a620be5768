"""Files of attachments equal the account's, wherever they come from; the key never gets to where they are."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.commands.files import folder_complaint
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.names import BY_CADENCE, FILES, KEEP_CURRENT, REPLICATE
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.simulator.files import file_bytes
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_completing import steps
from freshdesk_assets_tests.replica.test_runs import command

WITH_FILES = [
    "tickets",
    "conversations",
    "ticket_details",
    "canned_response_folders",
    "canned_responses",
    "solution_categories",
    "solution_folders",
    "solution_articles",
]
CHILDREN = {
    "conversation_attachments": "conversation_id",
    "ticket_attachments": "ticket_id",
    "canned_response_attachments": "canned_response_id",
    "solution_article_attachments": "solution_article_id",
}
RECORDED = "replica.freshdesk_meta.attachment_files"
STEP = "__".join(FILES.path)


@contextmanager
def filed(account: Callable[..., Any], tickets: int = 40, **different: Any) -> Iterator[Account]:
    """An account whose files can be had, and are to be put into a folder."""
    with account(tickets=tickets, files=True) as acme:
        acme.catalog = choose(declared_tables(), ["ticket_details"])
        acme.decide(files=acme.path.parent / "files", **different)
        yield acme


def read(acme: Account, *names: str, **options: Any) -> dg.ExecuteInProcessResult:
    """Sync the tables that have files, or these alone, an hour later."""
    acme.world.clock.advance(timedelta(hours=1))
    return acme.sync(select=list(names or WITH_FILES), **options)


def attachments(acme: Account) -> dict[tuple[str, int, int], bytes]:
    """What the replica should have: by table, row and id, the bytes that the store has."""
    found = {}
    for table, by in CHILDREN.items():
        living = f"select {by}, id from replica.freshdesk.{table} where _deleted_at is null"
        for parent, id_ in acme.query(living):
            found[table, parent, id_] = file_bytes(id_)
    return found


def stored(acme: Account) -> dict[tuple[str, int, int], bytes]:
    """What the folder has of what the ledger says is fetched."""
    rows = acme.query(f"select table_name, parent_id, id, path from {RECORDED} where error is null")
    return {
        (table, parent, id_): (acme.path.parent / "files" / path).read_bytes()
        for table, parent, id_, path in rows
    }


def failed(acme: Account) -> dict[str, int]:
    """How many are not fetched, by reason."""
    return dict(acme.query(f"select error, count(*) from {RECORDED} where error is not null group by error"))


def contents(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.long
def test_every_file_is_there_byte_for_byte_and_the_key_never_left(account: Callable[..., Any]) -> None:
    """Of each table that has files, by its hash, for this user alone; a second sync asks for none."""
    with filed(account) as acme:
        result = read(acme)
        truth = attachments(acme)
        assert {table for table, _, _ in truth} == set(CHILDREN)
        assert failed(acme) == {}
        assert stored(acme) == truth
        assert failed(acme) == {}
        folder = acme.path.parent / "files"
        for path in contents(folder):
            assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()
            assert path.parent.name == path.name[:2]
            assert path.stat().st_mode & 0o777 == 0o600
            assert path.parent.stat().st_mode & 0o777 == 0o700
        assert {path.read_bytes() for path in contents(folder)} == set(truth.values())
        asked = acme.server.files.counters()
        assert asked == {"requests": len(truth), "with_authorization": 0}
        told = acme.metadata(result, FILES.path[-1])
        assert told["files_fetched"] == told["files_in_all"] == len(truth)
        assert told["bytes_fetched"] == sum(map(len, truth.values()))

        read(acme)
        assert acme.server.files.counters() == asked
        number = acme.query("select ticket_id from replica.freshdesk.ticket_attachments")[0][0]
        acme.world.set_priority(number, 4)
        read(acme)
        assert acme.server.files.counters() == asked


CANNED = ["canned_response_folders", "canned_responses"]


def canned(acme: Account) -> list[dict[str, Any]]:
    """The attachments of canned responses, as the account has them: what is changed there is sent."""
    responses = acme.world.tables["canned_responses"].values()
    return [file for row in responses for file in row["attachments"]]


def a_day_later(acme: Account, **options: Any) -> dg.ExecuteInProcessResult:
    acme.world.clock.advance(timedelta(hours=25))
    return acme.sync(select=CANNED, **options)


@pytest.mark.long
def test_days_that_are_read_again_bring_the_files_of_links_that_were_over(
    account: Callable[..., Any],
) -> None:
    """A replica that is to have its files from now on has rows whose links are long over."""
    names = ["tickets", "conversations"]
    with filed(account, tickets=30) as acme:
        folder = acme.settings.files
        acme.decide(files=None)
        read(acme, *names)
        acme.server.files.expire()
        acme.decide(files=folder)
        read(acme, *names)
        truth = {key: file for key, file in attachments(acme).items() if key[0] == "conversation_attachments"}
        assert failed(acme) == {"expired or refused": len(truth)}
        assert len(truth) > 3
        since, until = acme.partitioning.since, acme.world.clock.now()
        acme.run(f"{since:%Y-%m-01}", f"{until:%Y-%m-01}", select=names)
        assert failed(acme) == {}
        assert stored(acme) == truth


def test_the_doctor_says_whether_files_can_be_stored(
    account: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    for name, why in {
        "file": "is not a folder",
        "away/files": f"{tmp_path / 'away'} is not a folder",
    }.items():
        assert why in str(folder_complaint(tmp_path / name))
    assert folder_complaint(tmp_path) is folder_complaint(tmp_path / "files") is None
    with filed(account) as acme:
        monkeypatch.setenv("FRESHDESK_FILES", str(tmp_path / "files"))
        output, _ = command(acme, "doctor").communicate(timeout=60)
        assert "files will be made by the first file" in " ".join(output.split())
        assert not (tmp_path / "files").exists()


def test_off_there_is_no_asset_and_nothing_is_asked(account: Callable[..., Any]) -> None:
    with filed(account) as acme:
        acme.decide(files=None)
        a_day_later(acme)
        assert FILES not in acme.job(derive=True, check=True).asset_layer.executable_asset_keys
        assert acme.server.files.counters()["requests"] == 0
        acme.decide(files=acme.path.parent / "files")
        assert FILES in acme.job(derive=True).asset_layer.executable_asset_keys
        for name in (REPLICATE, KEEP_CURRENT, *BY_CADENCE.values()):
            job = build_defs(acme.settings).resolve_job_def(name)
            assert FILES in job.asset_layer.executable_asset_keys
        assert FILES not in acme.job().asset_layer.executable_asset_keys


def test_what_expired_or_was_not_there_comes_with_the_next_link(account: Callable[..., Any]) -> None:
    """A row that is read again is stored for its link alone, only if its files are wanted."""
    with filed(account) as acme:
        acme.decide(files=None)
        a_day_later(acme)
        acme.decide(files=acme.path.parent / "files")
        files = canned(acme)
        a_day_later(acme)
        assert failed(acme) == {"expired or refused": len(files)}
        requests = acme.server.files.requests

        acme.server.files.missing.add(files[0]["id"])
        a_day_later(acme)
        assert failed(acme) == {"not there": 1}
        assert acme.server.files.requests == requests + len(files)
        assert acme.query(f"select tries, retry_at from {RECORDED} where error is not null") == [(2, None)]

        acme.server.files.missing.clear()
        written = "select id, _synced_at from replica.freshdesk.canned_responses order by id"
        before = dict(acme.query(written))
        a_day_later(acme)
        assert failed(acme) == {}
        assert stored(acme) == {
            key: content for key, content in attachments(acme).items() if key[0].startswith("canned")
        }
        after = dict(acme.query(written))
        assert sum(before[key] != moment for key, moment in after.items()) == 1
        a_day_later(acme)
        assert dict(acme.query(written)) == after
        assert acme.server.files.requests == requests + len(files) + 1


def test_a_name_is_no_path_and_the_same_content_is_stored_once(account: Callable[..., Any]) -> None:
    """What customers call their files is in the table; links and names are in no record of a run."""
    with filed(account) as acme:
        first, *others = canned(acme)
        first["name"] = "../../x"
        for file in others:
            file |= {name: first[name] for name in ("id", "attachment_url", "size")}
        result = a_day_later(acme)
        folder = acme.path.parent / "files"
        (content,) = contents(folder)
        assert content.read_bytes() == file_bytes(first["id"])
        assert acme.query(f"select count(*), count(distinct path) from {RECORDED}") == [(len(others) + 1, 1)]
        assert list(acme.path.parent.parent.rglob("x")) == []
        said = " ".join(str(event) for event in acme.instance.all_logs(result.run_id))
        assert STEP in said
        for secret in ("Signature", "/canned/", "../x", first["attachment_url"]):
            assert secret not in said


def test_a_file_that_is_too_large_waits_for_another_limit(account: Callable[..., Any]) -> None:
    """It is told of, and not asked for. A check tells of what is amiss, in numbers."""
    with filed(account, files_max_mb=1) as acme:
        large = canned(acme)[0]
        large["size"] = 5_000_000
        a_day_later(acme)
        assert failed(acme) == {"too large": 1}
        assert acme.server.files.requests == (asked := len(canned(acme)) - 1)
        found = checked(acme)
        assert not found.passed
        assert found.severity is dg.AssetCheckSeverity.WARN
        assert found.description == "1 are not fetched: 1 too large"
        a_day_later(acme)
        assert acme.server.files.requests == asked

        acme.decide(files_max_mb=10)
        a_day_later(acme)
        assert failed(acme) in ({}, {"expired or refused": 1})
        a_day_later(acme)
        assert failed(acme) == {}
        assert checked(acme).description == "1 files have another size than Freshdesk says"


def checked(acme: Account) -> dg.AssetCheckEvaluation:
    """What the check of files says."""
    result = execute(acme.job(derive=True, check=True), acme.instance, tags={}, assets={FILES})
    (found,) = result.get_asset_check_evaluations()
    return found


def test_a_folder_that_cannot_be_written_loses_nothing_else(account: Callable[..., Any]) -> None:
    """One error that says what to do; rows are stored, and the files come once the folder is there."""
    with filed(account) as acme:
        folder = acme.path.parent / "files"
        folder.write_text("in the way")
        result = a_day_later(acme, expect=False)
        (failure,) = [event for event in result.all_events if event.is_step_failure]
        assert failure.step_key == STEP
        assert "cannot be written" in str(failure.step_failure_data.user_failure_data)
        assert "published__copy" in steps(result)
        assert acme.query("select count(*) from replica.freshdesk.canned_response_attachments") == [
            (len(canned(acme)),)
        ]
        folder.unlink()
        acme.world.clock.advance(timedelta(minutes=5))
        acme.sync(select=CANNED)
        assert len(stored(acme)) == len(canned(acme))


@pytest.mark.long
def test_a_sync_from_the_command_line_fetches_files_too(
    account: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that is made of the tables, and with all checks; twice."""
    with filed(account, tickets=20) as acme:
        monkeypatch.setenv("FRESHDESK_FILES", "files")
        monkeypatch.setenv("FRESHDESK_TABLES", "ticket_details")
        for _ in range(2):
            output, _ = command(acme, "sync").communicate(timeout=300)
            assert "fail" not in output.lower(), output
            assert stored(acme) == attachments(acme)
        assert acme.server.files.counters() == {"requests": len(stored(acme)), "with_authorization": 0}
        for path in acme.path.parent.rglob("*"):
            if path.is_file() and ".duckdb" not in path.name:
                assert b"Key-Pair-Id=APKADEMO" not in path.read_bytes(), path
