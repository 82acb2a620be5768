"""From settings to `dagster dev`: on a port that is free, and with one daemon for the run records."""

import os
import shlex
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from freshdesk_assets.accounts import ensure_few
from freshdesk_assets.commands.files import ensure_writable
from freshdesk_assets.environment import give, leave_out_warning
from freshdesk_assets.orchestration.account_names import Names
from freshdesk_assets.orchestration.instance import begin_reading_events, dagster_home, dagster_instance
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.signs_of_life import Lock, holder_of
from freshdesk_assets.settings import Settings, variable

NOT_OF_USE = "Function `dev_command` is superseded"
"""What Dagster warns of at each start, for Python to leave out: who reads it did not choose `dagster dev`."""

FIRST_PORT, PORTS = 3000, 20
"""Where Dagster's UI is by default, and how many ports are tried from there on."""

LOCK = "dev.lock"
"""The file in DAGSTER_HOME that is locked while the UI is open; it says where."""


def open_ui(accounts: Sequence[Settings], port: int | None = None) -> int:
    """Prepare the instance and become `dagster dev`, without an account too, to be looked at.

    `accounts` are the settings of each. Returns 1 if it cannot: another daemon works with these run records,
    or the port is taken. Two daemons would launch each scheduled run twice. Raises SettingError.
    """
    ensure_few(accounts)
    for settings in accounts:
        ensure_writable(duckdb_file(settings))
    home = dagster_home()
    if said := _already(home):
        sys.stderr.write(f"{said}\n")
        return 1
    chosen = _free(port)
    if chosen is None:
        taken = f"Port {port} is" if port else f"Ports {FIRST_PORT} to {FIRST_PORT + PORTS - 1} are"
        sys.stderr.write(f"{taken} taken by other programs: name a free one, like `--port 8300`.\n")
        return 1
    if missing := list(_missing(accounts)):
        sys.stderr.write(
            f"Not set: {' and '.join(missing)}. The UI can be looked at, but each run will fail: set what is"
            " missing in the environment or in .env, and start again.\n"
        )
    with dagster_instance([Names(each.prefix).pool for each in accounts]) as instance:
        begin_reading_events(instance)
    address = f"http://localhost:{chosen}"
    lock = Lock.take(home / LOCK, f"process {os.getpid()}, at {address}")
    if lock is None:
        sys.stderr.write(f"{_open_already(home)}\n")
        return 1
    # It is held until `dagster dev` ends: this process becomes that one.
    os.set_inheritable(lock.handle, True)
    if port is None and chosen != FIRST_PORT:
        sys.stderr.write(f"Port {FIRST_PORT} is taken by another program: the UI will be at {address}\n")
    if "ui_url" not in accounts[0].model_fields_set:
        # The links in alerts lead to where the UI is.
        give(variable("ui_url"), address)
    return _become(chosen)


def _missing(accounts: Sequence[Settings]) -> Iterator[str]:
    """The variables that lack a value without which runs fail."""
    for each in accounts:
        if not each.domain:
            yield variable("domain")
        if not each.api_key:
            yield each.key_variable


def _become(port: int) -> NoReturn:
    leave_out_warning(NOT_OF_USE)
    program = str(Path(sys.executable).with_name("dagster"))
    module = ("--module-name", "freshdesk_assets.definitions")
    os.execv(program, [program, "dev", *module, "--port", str(port)])  # noqa: S606


def _already(home: Path) -> str | None:
    """What is said of a daemon that works with these run records already; None if there is none."""
    if home.is_dir():
        lock = Lock.take(home / LOCK)
        if lock is None:
            return _open_already(home)
        lock.release()
    for process, command in _daemons(home):
        return (
            f"A Dagster daemon works with the run records in {home} already (process {process}: {command})."
            " Two would launch each scheduled run twice: end that one, or open the UI without another by"
            f" `DAGSTER_HOME={shlex.quote(str(home))} dagster-webserver -m freshdesk_assets.definitions`."
        )
    return None


def _open_already(home: Path) -> str:
    return f"The UI is open already ({holder_of(home / LOCK)}): look there, or end it with Ctrl-C first."


def _daemons(home: Path) -> Iterator[tuple[int, str]]:
    """The processes here that run Dagster's daemon on these run records, where the system tells."""
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            words = (place / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]
            # Not `tail dagster-daemon`.
            script = [Path(word).name for word in words[1:3]] == ["dagster-daemon", "run"]
            if not script and words[1:3] != ["-m", "dagster._daemon"]:
                continue
            variables = (place / "environ").read_bytes().split(b"\0")
            homes = [each.partition(b"=")[2] for each in variables if each.startswith(b"DAGSTER_HOME=")]
            if any(Path(os.fsdecode(each)).resolve() == home for each in homes):
                yield int(place.name), " ".join(words[1:5])


def _free(port: int | None) -> int | None:
    """The port, or the first free one from Dagster's on; None if there is none."""
    for each in [port] if port else range(FIRST_PORT, FIRST_PORT + PORTS):
        with socket.socket() as tried, suppress(OSError, OverflowError):
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", each))
            return each
    return None
