"""The mistakes that people make: each has a sentence and an exit code, and leaves nothing behind.

The exit code is 2 for what is wrong here, settings and options, and 1 for what the account says. The real
commands run, each in a fork of a process that has loaded Dagster.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.chaos.site import Ended, Forks, forks
from freshdesk_assets_tests.programs import FOUND
from freshdesk_assets_tests.programs.hold_file import holding

READING, ALL = ("sync", "plan", "doctor"), ("sync", "plan", "doctor", "dev", "begin-anew")
KEY = "s3cretKeyOfAnAgent99"
MINE = {"FRESHDESK_DOMAIN": "acme.freshdesk.com", "FRESHDESK_API_KEY": KEY}


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in which commands run, with these settings."""

    path: Path
    forks: Forks

    def run(self, *arguments: str, **settings: str) -> Ended:
        """How a command ended; its output as one line, for a terminal breaks it anywhere."""
        log = self.path.with_suffix(".log")
        log.unlink(missing_ok=True)
        process = self.forks.ask(
            run=arguments,
            environment={"COLUMNS": "1000", **MINE, **settings},
            folder=str(self.path),
            log=str(log),
            now=time.time(),
        )["process"]
        answer = self.forks.ask(wait=process)
        output = " ".join(log.read_text(encoding="utf-8").split())
        return Ended(code=answer["code"], output=output, cpu=answer["cpu"], peak=answer["peak"])

    def made(self) -> list[str]:
        """What commands left in it."""
        return sorted(each.name for each in self.path.iterdir())


@pytest.fixture(scope="module")
def forking() -> Iterator[Forks]:
    """A process to fork commands from."""
    with forks() as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path, forking: Forks) -> Folder:
    """An empty folder."""
    (tmp_path / "empty").mkdir()
    return Folder(tmp_path / "empty", forking)


@pytest.fixture
def served() -> Iterator[Server]:
    """A small account."""
    with serve(World(seed=1, tickets=5, contacts=5, agents=3, days=5)) as server:
        yield server


SETTINGS: list[tuple[str, tuple[str, ...], dict[str, str], str]] = [
    (
        "neither account nor key",
        READING,
        {"FRESHDESK_DOMAIN": "", "FRESHDESK_API_KEY": ""},
        "FRESHDESK_DOMAIN is not set: set it to .* FRESHDESK_API_KEY is not set",
    ),
    ("a blank for a key", READING, {"FRESHDESK_API_KEY": "  "}, "FRESHDESK_API_KEY is not set"),
    ("a key of two words", ALL, {"FRESHDESK_API_KEY": "two words"}, "FRESHDESK_API_KEY is not one word"),
    ("the key for the address", ALL, {"FRESHDESK_DOMAIN": KEY}, "FRESHDESK_DOMAIN is not a whole host name"),
    (
        "an address of two words",
        ALL,
        {"FRESHDESK_DOMAIN": "my acme"},
        "FRESHDESK_DOMAIN is empty or has a blank in it",
    ),
    (
        "a path after the host",
        ALL,
        {"FRESHDESK_DOMAIN": "acme.freshdesk.com/a/tickets"},
        "has something after the host name",
    ),
    ("http", ALL, {"FRESHDESK_DOMAIN": "http://acme.freshdesk.com"}, "plain http address"),
    ("a sister product", ALL, {"FRESHDESK_DOMAIN": "acme.freshservice.com"}, "an address of Freshservice"),
    ("the maker's own page", ALL, {"FRESHDESK_DOMAIN": "www.freshdesk.com"}, "Freshdesk's own"),
    (
        "a proxy that is none",
        ALL,
        {"HTTPS_PROXY": "http://proxy:port", "NO_PROXY": "", "no_proxy": ""},
        "HTTPS_PROXY is not the address of a proxy",
    ),
    (
        "a day to come",
        ALL,
        {"FRESHDESK_START_DATE": "2999-01-01"},
        "FRESHDESK_START_DATE is 2999.*still to come",
    ),
    (
        "a day as others write it",
        ALL,
        {"FRESHDESK_START_DATE": "01/02/2026"},
        "set it to a day like 2025-01-01",
    ),
    ("a day that was not", ALL, {"FRESHDESK_START_DATE": "2026-02-30"}, "set it to a day like 2025-01-01"),
    ("a word for a day", ALL, {"FRESHDESK_START_DATE": "yesterday"}, "set it to a day like 2025-01-01"),
    ("a day before Freshdesk", ALL, {"FRESHDESK_START_DATE": "1999-01-01"}, "a day since 2000-01-01"),
    ("partitions of an hour", ALL, {"FRESHDESK_PARTITIONS": "hourly"}, "set it to daily, weekly or monthly"),
    ("a reserve in percent", ALL, {"FRESHDESK_RESERVE": "10"}, "a number from 0 to 0.95, like 0.1"),
    (
        "minutes that divide nothing",
        ALL,
        {"FRESHDESK_EVERY": "7"},
        "FRESHDESK_EVERY is '7': set it to minutes that divide an hour",
    ),
    (
        "a budget too small for a run",
        ALL,
        {"FRESHDESK_RUN_CREDITS": "10"},
        "FRESHDESK_RUN_CREDITS is '10': set it to at least 50 credits",
    ),
    (
        "a budget too small for a day",
        ALL,
        {"FRESHDESK_DAY_CREDITS": "lots"},
        "FRESHDESK_DAY_CREDITS is 'lots': set it to at least 50",
    ),
    (
        "a budget below nothing",
        ALL,
        {"FRESHDESK_RECONCILE_CREDITS": "-1"},
        "FRESHDESK_RECONCILE_CREDITS is '-1'",
    ),
    ("looks too often", ALL, {"FRESHDESK_POLL": "5"}, "FRESHDESK_POLL is '5'"),
    (
        "a switch in another language",
        ALL,
        {"FRESHDESK_SCHEDULES": "ja"},
        "FRESHDESK_SCHEDULES is 'ja': set it to on or off",
    ),
    ("a wait in words", ALL, {"FRESHDESK_LOCK_WAIT": "a minute"}, "FRESHDESK_LOCK_WAIT is 'a minute'"),
    (
        "memory without a unit",
        ALL,
        {"FRESHDESK_MEMORY": "2"},
        "FRESHDESK_MEMORY is '2': set it to at least 256MB",
    ),
    ("a DuckDB too old", ALL, {"FRESHDESK_STORAGE": "1.2.0"}, "set it to v1.4.0, or to a later version"),
    (
        "a webhook without a scheme",
        ALL,
        {"FRESHDESK_ALERT_WEBHOOK": "hooks.example.com/x"},
        "FRESHDESK_ALERT_WEBHOOK is not a URL",
    ),
    (
        "a UI without a scheme",
        ALL,
        {"FRESHDESK_UI_URL": "localhost:3000"},
        "FRESHDESK_UI_URL is 'localhost:3000'",
    ),
    (
        "a file named like a schema",
        ALL,
        {"FRESHDESK_DUCKDB": "freshdesk.duckdb"},
        "set it to a file of another name",
    ),
    (
        "a file elsewhere",
        ALL,
        {"FRESHDESK_DUCKDB": "s3://bucket/replica.duckdb"},
        "is not a file on this machine",
    ),
    ("a folder for a file", ALL, {"FRESHDESK_DUCKDB": "/tmp/"}, "FRESHDESK_DUCKDB is '/tmp/', a folder"),
    (
        "the replica for its copy",
        ALL,
        {"FRESHDESK_PUBLISHED": "replica.duckdb"},
        "FRESHDESK_PUBLISHED is the replica itself",
    ),
    (
        "a missing folder",
        ("sync", "plan", "dev"),
        {"FRESHDESK_DUCKDB": "/nowhere/replica.duckdb"},
        "/nowhere is not a folder: create it, or set FRESHDESK_DUCKDB",
    ),
    (
        "a missing folder for the copy",
        ("sync", "plan", "dev"),
        {"FRESHDESK_PUBLISHED": "/nowhere/copy.duckdb"},
        "/nowhere is not a folder: create it, or set FRESHDESK_PUBLISHED",
    ),
    (
        "records in a file",
        ("sync", "plan", "doctor", "dev"),
        {"DAGSTER_HOME": "/dev/null"},
        "which is not a folder: set it to one",
    ),
    (
        "two at once",
        ALL,
        {"FRESHDESK_EVERY": "7", "FRESHDESK_RESERVE": "10"},
        "FRESHDESK_RESERVE is '10'.* FRESHDESK_EVERY is '7'",
    ),
]
"""What is wrong, the commands that refuse it, the settings, and what is said."""


@pytest.mark.parametrize(
    ("commands", "settings", "said"), [pytest.param(*row, id=name) for name, *row in SETTINGS]
)
def test_a_wrong_setting_is_said_by_every_command_before_anything_is_made(
    folder: Folder, commands: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    """In the same words, for a person tries one after the other. A key is never repeated."""
    told = set()
    for command in commands:
        ended = folder.run(command, **settings)
        assert ended.code == 2, ended.output
        told.add(
            ended.output.replace(
                f"Replicating acme.freshdesk.com into {settings.get('FRESHDESK_DUCKDB', 'replica.duckdb')} ",
                "",
            )
        )
    (sentence,) = told
    assert re.search(said, sentence), sentence
    assert KEY not in sentence
    assert "Traceback" not in sentence
    assert folder.made() == []


OPTIONS: list[tuple[tuple[str, ...], str]] = [
    (("sync", "--from", "2026-11-1"), "'2026-11-1' is not a day like 2026-01-31"),
    (("sync", "--selct", "tickets"), "unrecognized arguments: --selct tickets"),
    (("snyc",), "invalid choice: 'snyc'"),
    (("plan", "--from", "2026-03-02", "--to", "2026-03-01"), "--to 2026-03-01 is before --from 2026-03-02"),
    (("sync", "--from", "2999-01-01"), "--from 2999-01-01 is still to come"),
    (("plan", "--to", "2024-12-31"), "--to 2024-12-31 is before 2025-01-01, when the partitions begin"),
    (("sync", "--whole", "--from", "2026-03-01"), "--whole reads from the start date: leave out --from"),
    (("sync", "--reconcile", "--to", "2026-03-01"), "--reconcile goes through all stored rows: leave out"),
    (("sync", "--select", "tickts"), "--select: no table is called tickts: did you mean tickets"),
    (("plan", "--select", "tickets,teams"), "--select: no table is called teams: "),
    (
        ("sync", "--select", "foreign_keys_"),
        "--select: no table is called foreign_keys_: did you mean foreign_keys",
    ),
    (
        ("sync", "--select", "group:"),
        "--select 'group:' is no selection of Dagster's: write a table's name, like tickets",
    ),
    (("sync", "--select", "group:nobody"), "--select 'group:nobody' selects nothing that this run makes"),
]
"""Commands with their options, and what is said of them."""


@pytest.mark.parametrize(("arguments", "said"), [pytest.param(*row, id=" ".join(row[0])) for row in OPTIONS])
def test_a_wrong_option_is_said_before_anything_is_made_or_asked(
    folder: Folder, served: Server, arguments: tuple[str, ...], said: str
) -> None:
    ended = folder.run(*arguments, FRESHDESK_DOMAIN=served.url, FRESHDESK_API_KEY=served.key)
    assert ended.code == 2, ended.output
    assert said in ended.output
    assert "Traceback" not in ended.output
    assert served.meter.requests == 0
    assert folder.made() == []


Arm = Callable[[Server], dict[str, str]]


def refusing(fault: str = "refused", **options: Any) -> Arm:
    """An account that refuses every call."""

    def arm(server: Server) -> dict[str, str]:
        server.faults.add(fault, times=None, **options)
        return {}

    return arm


ACCOUNTS: dict[str, tuple[tuple[str, ...], Arm, str]] = {
    "a wrong key": (
        READING,
        lambda server: {"FRESHDESK_API_KEY": "wrong"},
        "does not accept the API key: set FRESHDESK_API_KEY",
    ),
    "nothing listens": (
        ("sync", "doctor"),
        lambda server: {"FRESHDESK_DOMAIN": "http://127.0.0.1:9"},
        "127.0.0.1:9 cannot be reached (connection refused): see whether FRESHDESK_DOMAIN",
    ),
    "suspended": (("sync",), refusing(code="account_suspended"), "the account is suspended"),
    "not paid": (("sync",), refusing(status=402), "asks for payment (402)"),
    "a firewall": (READING, refusing(html=True), "with a web page (status 403)"),
    "a redirect": (("sync", "doctor"), refusing("redirect", to="https://a.example/"), "with a redirect"),
    "a login page": (("sync",), refusing("login_page"), "with a web page"),
}
"""What is wrong with the account, the commands that say so, and what they say."""


@pytest.mark.parametrize(("commands", "arm", "said"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_an_account_that_cannot_be_read_is_said_once_and_nothing_is_made(
    folder: Folder, served: Server, commands: tuple[str, ...], arm: Arm, said: str
) -> None:
    """Neither file nor lock nor records: a first sync that cannot begin leaves no trace."""
    settings = {"FRESHDESK_DOMAIN": served.url, "FRESHDESK_API_KEY": served.key} | arm(served)
    for command in commands:
        ended = folder.run(command, **settings)
        assert ended.code == 1, ended.output
        assert ended.output.count(said) == 1, ended.output
        assert "Traceback" not in ended.output
        # Only `plan` opens the run records before it asks.
        assert folder.made() == ([] if command != "plan" else [".dagster_home"])
        shutil.rmtree(folder.path / ".dagster_home", ignore_errors=True)


def test_what_goes_wrong_later_is_said_once_too(folder: Folder, served: Server) -> None:
    """A key that is revoked, a file that is open elsewhere: the replica and its records are there by then."""
    account = {"FRESHDESK_DOMAIN": served.url, "FRESHDESK_API_KEY": served.key}
    ended = folder.run("sync", "--select", "roles, groups", FRESHDESK_PARTITIONS="monthly", **account)
    assert ended.code == 0, ended.output

    with holding(folder.path / "replica.duckdb"):
        for command in READING:
            ended = folder.run(command, FRESHDESK_LOCK_WAIT="0", FRESHDESK_PARTITIONS="monthly", **account)
            assert ended.code == 1, ended.output
            assert "replica.duckdb is in use by " in ended.output, ended.output

    revoked = {**account, "FRESHDESK_API_KEY": "revoked", "FRESHDESK_PARTITIONS": "monthly"}
    ended = folder.run("sync", "--select", "kind:freshdesk", **revoked)
    assert ended.code == 1
    assert ended.output.count("does not accept the API key") == 1, ended.output
    assert "16 other tables are not asked for" in ended.output
    assert "Failed, no table was read to its end in" in ended.output
    assert "what was read is stored" not in ended.output


def test_the_ui_says_what_its_runs_will_lack(tmp_path: Path) -> None:
    """It may be opened to be looked at, but nobody should find out by a failing run."""
    command = [sys.executable, "-m", "freshdesk_assets.cli", "dev"]
    with subprocess.Popen(command, cwd=tmp_path, env=FOUND, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.kill()
    assert said.startswith("Not set: FRESHDESK_DOMAIN and FRESHDESK_API_KEY. The UI can be looked at")
