"""The Dagster instance that a command records its runs in: the one `dagster dev` shows."""

import os
import re
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
from filelock import FileLock
from sqlalchemy.exc import OperationalError

from freshdesk_assets.environment import can_write
from freshdesk_assets.orchestration.configuration import CONFIG, complaint, ensure_configuration
from freshdesk_assets.orchestration.names import POOL
from freshdesk_assets.orchestration.run_lock import end_dead_runs
from freshdesk_assets.setting_values import plain
from freshdesk_assets.settings import SettingError

DEFAULT_HOME = ".dagster_home"
"""Where run records go if DAGSTER_HOME is not set."""

READ_BY_DAEMON = (dg.DagsterEventType.RUN_FAILURE, dg.DagsterEventType.RUN_SUCCESS)
"""Events after which Dagster's daemon may run a failed run again."""

TAKEN, SLOW = 3.0, 20.0
"""Seconds after which a command says that it waits for another process, or that opening takes long."""


@contextmanager
def dagster_instance(pools: Iterable[str] = (POOL,)) -> Iterator[dg.DagsterInstance]:
    """The instance of DAGSTER_HOME, or of DEFAULT_HOME in the working directory; configured if new.

    `pools` are those of the accounts, of each of which one run at a time reads.

    Raises SettingError if the folder or its configuration cannot be used.
    """
    home = dagster_home()
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(home, error) from error
    os.environ["DAGSTER_HOME"] = str(home)
    with ExitStack() as opened, _written(home):
        # Two processes that create the SQLite tables at once disturb each other (dagster 1.13.27).
        with _opening(home):
            try:
                ensure_configuration(home)
                instance = opened.enter_context(dg.DagsterInstance.get())
                said = complaint(home, instance)
            except OSError as error:
                raise _unusable(home, error) from error
            except Exception as error:
                if _of_sqlite(error):
                    raise
                raise SettingError(
                    f"the run records of {home / CONFIG} cannot be opened: {_reason(error)}. Correct the file"
                    " or what it names, or move it aside for a new one"
                ) from error
            if said:
                _tell(said)
            if instance.event_log_storage.supports_global_concurrency_limits:
                # A pool counts for runs only once it is registered.
                for pool in pools:
                    instance.event_log_storage.set_concurrency_slots(pool, 1)
            end_dead_runs(instance)
        yield instance


def begin_reading_events(instance: dg.DagsterInstance) -> None:
    """Let Dagster's daemon begin with the next event, unless it knows where to go on.

    It would do the same, and warn twice that it does (dagster 1.13.27, event_log_consumer.py).
    """
    if (cursors := instance.daemon_cursor_storage) is None:
        return
    names = {f"EVENT_LOG_CONSUMER_CURSOR-{kind.value}" for kind in READ_BY_DAEMON}
    last = str(instance.event_log_storage.get_maximum_record_id() or 0)
    if missing := names - cursors.get_cursor_values(names).keys():
        cursors.set_cursor_values(dict.fromkeys(missing, last))


def dagster_home() -> Path:
    """The folder of the run records, which need not exist; raises SettingError if it cannot be one."""
    try:
        home = Path(plain(os.environ.get("DAGSTER_HOME", "")) or DEFAULT_HOME).expanduser().resolve()
        usable = home.is_dir() or not home.exists()
        above = next(each for each in (home, *home.parents) if each.exists())
    except (OSError, RuntimeError, ValueError) as error:
        raise SettingError(f"DAGSTER_HOME cannot be used ({error}): set it to a folder") from error
    if usable and above != home and not can_write(above):
        raise SettingError(f"{home} cannot be made for run records: set DAGSTER_HOME to another folder")
    if not usable:
        raise SettingError(f"DAGSTER_HOME is {str(home)!r}, which is not a folder: set it to one")
    if odd := sorted(set("[?") & set(str(home))):
        # Dagster takes the path for a pattern, and for an address of SQLite (dagster 1.13.27).
        raise SettingError(
            f"the run records would be in {str(home)!r}, and Dagster does not find its configuration in a"
            f" folder with {' and '.join(odd)} in its path: set DAGSTER_HOME to another folder"
        )
    return home


@contextmanager
def _written(home: Path) -> Iterator[None]:
    """Say in a sentence when run records can no longer be written, as on a disk that is full."""
    try:
        yield
    except OperationalError as error:
        if _of_sqlite(error):
            raise _unusable(home, error.orig or error) from error
        raise


@contextmanager
def _opening(home: Path) -> Iterator[None]:
    """Hold the lock under which run records are opened; say what is waited for if it takes long."""
    lock = FileLock(home / "opening.lock")
    try:
        with _said_after(TAKEN, f"waiting for {lock.lock_file}: another process opens the run records"):
            lock.acquire()
    except (OSError, NotImplementedError) as error:
        raise _unusable(home, error) from error
    try:
        with _said_after(SLOW, f"still opening the run records of {home}"):
            yield
    finally:
        lock.release()


@contextmanager
def _said_after(seconds: float, what: str) -> Iterator[None]:
    timer = threading.Timer(seconds, _tell, [what])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _tell(said: str) -> None:
    sys.stderr.write(f"{said}\n")


def _of_sqlite(error: Exception) -> bool:
    """Whether the files of run records are what went wrong, and not what a configuration says."""
    return isinstance(error, OperationalError) and isinstance(error.orig, sqlite3.Error)


def _unusable(home: Path, error: BaseException) -> SettingError:
    reason = getattr(error, "strerror", None) or str(error)
    return SettingError(
        f"{home} cannot be used for run records ({reason}): make room or change its rights, or set"
        " DAGSTER_HOME to a folder you can write to"
    )


def _reason(error: Exception) -> str:
    """The first thing that Dagster or its storage has to say, without the values it quotes."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    found = next((line for line in lines if line.startswith("Error 1: ")), lines[0])
    plain = found.removeprefix("Error 1: ").partition(" Expected: ")[0]
    return re.sub(r'Value ".*?" of', "A value of", plain)[:300].rstrip(".")
