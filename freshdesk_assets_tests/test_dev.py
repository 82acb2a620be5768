"""The UI is opened once on the same run records, where it says, and alerts lead there."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from freshdesk_assets.commands.dev import FIRST_PORT, PORTS
from freshdesk_assets_tests.programs import FOUND

DEV = (sys.executable, "-m", "freshdesk_assets.cli", "dev")


@contextmanager
def started(folder: Path, *command: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """A process in a folder of its own, with its group; ended afterwards."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**FOUND, "DAGSTER_HOME": str(folder / "home"), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        if process.stdout and not process.stdout.closed:
            process.communicate()


def until(process: subprocess.Popen[str], words: str) -> str:
    """What a process says until it says these words."""
    said = ""
    for line in process.stdout or ():
        said += line
        if words in line:
            return said
    pytest.fail(f"it ended without {words!r}:\n{said}")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def test_a_port_that_is_taken_is_said(tmp_path: Path, taken: int) -> None:
    """Dagster would go to another one, and the links in alerts would not."""
    with started(tmp_path, *DEV, "--port", str(taken)) as process:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 1
        assert f"Port {taken} is taken by other programs" in said


@pytest.mark.long
def test_a_second_one_says_where_the_first_is(tmp_path: Path) -> None:
    """Two daemons would launch each scheduled run twice. Links in alerts lead to where the UI is."""
    with started(tmp_path, *DEV) as first:
        said = until(first, "Serving dagster-webserver on ")
        port = int(said.rpartition("127.0.0.1:")[2].split()[0])
        assert FIRST_PORT <= port < FIRST_PORT + PORTS
        if Path("/proc").exists():
            variables = Path(f"/proc/{first.pid}/environ").read_text().split("\0")
            assert f"FRESHDESK_UI_URL=http://localhost:{port}" in variables
        with started(tmp_path, *DEV) as second:
            answer, _ = second.communicate(timeout=120)
        assert second.returncode == 1
        assert answer.splitlines()[-1] == (
            f"The UI is open already (process {first.pid}, at http://localhost:{port}): look there, or end it"
            " with Ctrl-C first."
        )


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc").exists(), reason="the system does not tell what other processes are")
def test_a_daemon_that_was_started_by_hand_is_found(tmp_path: Path) -> None:
    """It may belong to a server's unit file; whoever opens the UI does not think of it."""
    (tmp_path / "home").mkdir()
    module = ("-m", "freshdesk_assets.definitions")
    with started(tmp_path, str(Path(sys.executable).with_name("dagster-daemon")), "run", *module) as daemon:
        until(daemon, "daemon")
        with started(tmp_path, *DEV) as process:
            said, _ = process.communicate(timeout=120)
        assert process.returncode == 1
        assert f"(process {daemon.pid}: " in said
        assert "end that one" in said
