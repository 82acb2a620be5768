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
from freshdesk_assets_tests.mistakes import ASKING, KEY, MINE, OPTIONS, READING, SETTINGS
from freshdesk_assets_tests.programs import FOUND
from freshdesk_assets_tests.programs.hold_file import holding


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


def test_a_sync_of_tickets_alone_tells_of_no_damage(folder: Folder, served: Server) -> None:
    """People, companies and groups were never asked for: that their rows are not there is no finding."""
    ended = folder.run(
        "sync",
        *("--select", "tickets"),
        FRESHDESK_PARTITIONS="monthly",
        FRESHDESK_DOMAIN=served.url,
        FRESHDESK_API_KEY=served.key,
    )
    assert ended.code == 0, ended.output
    assert "lead to no row that is stored" not in ended.output
    assert re.search(
        r"\d references lead to rows that may still come: not read to the end yet are agents,.* contacts,.*"
        r" A sync without --select reads those",
        ended.output,
    ), ended.output


def test_what_goes_wrong_later_is_said_once_too(folder: Folder, served: Server) -> None:
    """A key that is revoked, a file that is open elsewhere: the replica and its records are there by then."""
    account = {"FRESHDESK_DOMAIN": served.url, "FRESHDESK_API_KEY": served.key}
    ended = folder.run("sync", "--select", "roles, groups", FRESHDESK_PARTITIONS="monthly", **account)
    assert ended.code == 0, ended.output

    with holding(folder.path / "replica.duckdb"):
        for command in ASKING:
            ended = folder.run(command, FRESHDESK_LOCK_WAIT="0", FRESHDESK_PARTITIONS="monthly", **account)
            assert ended.code == 1, ended.output
            assert "replica.duckdb is in use by " in ended.output, ended.output

    revoked = {**account, "FRESHDESK_API_KEY": "revoked", "FRESHDESK_PARTITIONS": "monthly"}
    ended = folder.run("sync", "--select", "kind:freshdesk", **revoked)
    assert ended.code == 1
    assert ended.output.count("does not accept the API key") == 1, ended.output
    assert "other tables are not asked for" in ended.output
    assert "Failed, no table was read to its end; mend what is said above and run again in" in ended.output, (
        ended.output
    )
    assert "what was read is stored" not in ended.output


def test_the_ui_says_what_its_runs_will_lack(tmp_path: Path) -> None:
    """It may be opened to be looked at, but nobody should find out by a failing run."""
    command = [sys.executable, "-m", "freshdesk_assets.cli", "dev"]
    with subprocess.Popen(command, cwd=tmp_path, env=FOUND, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        process.kill()
    assert said.startswith("Not set: FRESHDESK_DOMAIN and FRESHDESK_API_KEY. The UI can be looked at")
