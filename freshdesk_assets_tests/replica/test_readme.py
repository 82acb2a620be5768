"""README is followed as a reader would: every command from top to bottom, in a folder like a fresh clone."""

import os
import re
import signal
import sys
from itertools import groupby
from pathlib import Path

import duckdb
import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.families import family, started
from freshdesk_assets_tests.pages import README, ROOT, examples
from freshdesk_assets_tests.programs import FOUND

RUNNING = ROOT / "docs" / "running.md"
MADE = {".demo", ".dagster_home", ".env", ".git"}
"""What a fresh clone lacks."""

SERVERS = ("make demo-ui", "make dev")
INSTALLED = "make --assume-old=.venv/.ready"
"""Whoever runs the tests has installed what they need."""

ADDRESS = re.compile(r"https?://(?:localhost|127\.0\.0\.1):\d+")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the files of the repository, and nothing that was made in it."""
    for each in ROOT.iterdir():
        if each.name not in MADE and not each.name.startswith("replica"):
            (tmp_path / each.name).symlink_to(each)
    return tmp_path


@pytest.fixture
def place() -> dict[str, str]:
    """A shell's environment, without settings and with no account but that of `.env`."""
    ours = ("FRESHDESK_", "DAGSTER_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def followed(block: str, clone: Path, environment: dict[str, str]) -> str:
    """What the commands of a block say; all must end with 0."""
    script = re.sub(r"^make\b", INSTALLED, block, flags=re.MULTILINE)
    with started(["bash", "-euo", "pipefail", "-c", script], cwd=clone, env=environment) as process:
        said, _ = process.communicate()
    assert process.returncode == 0, f"{block}\n{said}"
    return said


def opened(address: str) -> str:
    """A page of a server that says that it serves a moment before it does."""
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=Retry(connect=8, backoff_factor=0.2)))
        return session.get(address, timeout=60).text


def looked_at(command: str, clone: Path, environment: dict[str, str]) -> None:
    """Open the page of the UI that a command starts, and end it with Ctrl-C."""
    said = []
    with started(["bash", "-c", command.replace("make", INSTALLED)], cwd=clone, env=environment) as process:
        for line in process.stdout or ():
            said.append(line)
            if "Serving dagster-webserver" in line and (address := ADDRESS.search(line)):
                assert "dagster_webserver_version" in opened(f"{address[0]}/server_info")
                break
        else:
            pytest.fail(f"{command} opened no UI:\n{''.join(said)}")
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=120)
        assert "Traceback" not in rest


SERVES_APART = """
import subprocess, sys
wait = [sys.executable, "-c", "import sys; sys.stdin.read()"]
child = subprocess.Popen(wait, stdin=subprocess.PIPE, start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""
"""As a demo's simulator, for which Ctrl-C is not."""


def test_what_a_command_started_ends_with_a_test_that_fails(tmp_path: Path) -> None:
    """A simulator outlived the demo that was killed, for it is in no session of its."""

    def fail() -> None:
        with started([sys.executable, "-c", SERVES_APART], cwd=tmp_path, env=FOUND) as process:
            assert process.stdout
            child = int(process.stdout.readline())
            assert {process.pid, child} <= family(process.pid)
            kept.append(os.dup(process.stdout.fileno()))
            pytest.fail("as a test may")

    kept: list[int] = []
    with pytest.raises(pytest.fail.Exception, match="as a test may"):
        fail()
    # It ends when nobody holds the other end any more.
    with open(kept[0], encoding="utf-8") as rest:
        assert rest.read() == ""


@pytest.mark.long
def test_readme_from_top_to_bottom(clone: Path, place: dict[str, str]) -> None:
    """Each block is run as it stands; the reader only fills in the two settings that README names."""
    with serve(World(tickets=60)) as server:
        said = ""
        for block in examples(README, "sh"):
            for serves, commands in groupby(block.text.splitlines(), SERVERS.__contains__):
                if serves:
                    for command in commands:
                        looked_at(command, clone, place)
                else:
                    said += followed("\n".join(commands), clone, place)
            settings = clone / ".env"
            if "cp .env.example" in block.text:
                text = settings.read_text(encoding="utf-8")
                for name, value in (("DOMAIN", server.url), ("API_KEY", server.key)):
                    text, filled = re.subn(rf"(?m)^FRESHDESK_{name}=.*$", f"FRESHDESK_{name}={value}", text)
                    assert filled == 1
                settings.write_text(text, encoding="utf-8")
        (ranged,) = (each for each in examples(RUNNING, "sh") if "--partition-range" in each.text)
        followed(ranged.text, clone, place)
    assert said
    with duckdb.connect(str(clone / "replica_published.duckdb"), read_only=True) as connection:
        for query in examples(README, "sql"):
            found = connection.execute(query.text).fetchall()
            assert found or query.may_be_empty
