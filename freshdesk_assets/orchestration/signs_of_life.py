"""From a run to whether the process that carries it out is alive: by a lock that ends with the process.

A process id tells little: in a container it is the same after each start, and means nothing on another
machine. So a process locks a file for each run that it carries out, beside the replica, where every process
that works on the replica can see it. The system releases the lock when the process ends, however it ends.

Locks of another machine may not be seen on a network volume. So the file is also touched every minute, and
nobody else's run counts as dead before its file has been silent for five.
"""

import atexit
import fcntl
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

BEAT = 60.0
"""Seconds between two touches of the file of a run."""

SILENT = 300.0
"""Seconds without a touch after which a run on another machine counts as dead."""

FORGOTTEN = 86_400.0
"""Seconds after which the file of a dead process is removed."""

SUFFIX = ".alive"

HERE = "/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"
"""Where Linux says which start of the machine this is, and among whose process ids we are."""


@dataclass(slots=True)
class Lock:
    """A locked file. The lock ends with `release`, or with the process."""

    path: Path
    handle: int

    @classmethod
    def take(cls, path: Path, holder: str = "") -> Self | None:
        """The lock, with the holder's name in the file; None if another has it.

        Raises OSError where the file cannot be made, or where there are no locks.
        """
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if holder:
                os.ftruncate(handle, 0)
                os.pwrite(handle, holder.encode(), 0)
        except BlockingIOError:
            os.close(handle)
            return None
        except OSError:
            os.close(handle)
            raise
        return cls(path, handle)

    def release(self) -> None:
        """Let others have it."""
        os.close(self.handle)


def holder_of(path: Path) -> str:
    """Who wrote his name into a locked file last; empty if nobody did."""
    with suppress(OSError):
        return path.read_text(errors="replace").strip()
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """What a run says of the process that carries it out, in its tag.

    - `machine`: host name, the id of the machine's start and that of the process ids' space, if known.
    - `process`: its process id.
    - `run`: the run, for a retried run has the tags of the one before it; empty before the run begins.
    - `file`: the file that the process has locked; None if it could not.
    """

    machine: str
    process: str
    run: str = ""
    file: Path | None = None

    @classmethod
    def read(cls, text: str) -> Self:
        """The sign in a tag, of this version or of an earlier one."""
        place, _, rest = text.partition(" ")
        run, _, file = rest.partition(" ")
        machine, _, process = place.rpartition(":")
        return cls(machine=machine, process=process, run=run, file=Path(file) if file else None)

    def __str__(self) -> str:
        return f"{self.machine}:{self.process} {self.run} {self.file or ''}".rstrip()

    @property
    def dead(self) -> bool:
        """Whether the process is certainly gone; if nobody can know, it is not."""
        if self.file is not None and (locked := is_locked(self.file)) is not None:
            return not locked and (self._same_system or silence(self.file) > SILENT)
        here, there = machine().split("/"), self.machine.split("/")
        if here[0] != there[0] or not self.process.isdigit():
            return False
        if self.file is None and here[1:2] != there[1:2]:
            # The machine was started anew since.
            return True
        return here[: len(there)] == there and not _alive(int(self.process))

    @property
    def _same_system(self) -> bool:
        """Whether the process ran under the system that we run under, which keeps the locks of both."""
        here, there = machine().split("/"), self.machine.split("/")
        return here[1:2] == there[1:2] if here[1] else here[0] == there[0]


def this_process(run_id: str = "", file: Path | None = None) -> str:
    """The sign of this process."""
    return str(Sign(machine=machine(), process=str(os.getpid()), run=run_id, file=file))


def this_run(run_id: str) -> str:
    """What others are told of a run of this process that they wait for."""
    return f"run {run_id or 'without a name'} (process {os.getpid()} of {socket.gethostname()})"


def machine() -> str:
    """Host name, id of the machine's start, and id of the space of the process ids; empty if unknown."""
    found = []
    for place in HERE:
        try:
            text = os.readlink(place) if "ns" in Path(place).parts else Path(place).read_text()
        except OSError:
            text = ""
        found.append("".join(each for each in text if each.isalnum() or each == "-"))
    return "/".join([socket.gethostname(), *found])


def is_locked(file: Path) -> bool | None:
    """Whether a process has the file locked; None if there is no such file, or nobody can tell."""
    if not file.exists():
        return None
    try:
        lock = Lock.take(file)
    except OSError:
        return None
    if lock is None:
        return True
    lock.release()
    return False


def silence(file: Path) -> float:
    """Seconds since a file was touched, by the clock of the disk it is on; 0 if that cannot be known."""
    probe = file.with_name(f"{os.getpid()}.now")
    try:
        probe.touch()
        try:
            return probe.stat().st_mtime - file.stat().st_mtime
        finally:
            probe.unlink(missing_ok=True)
    except OSError:
        return 0.0


_held: dict[str, tuple[Lock, threading.Event]] = {}
"""By run: its lock, and whether it has ended. The lock is kept a little longer: the end is yet to be told."""


@contextmanager
def showing_life(folder: Path, run_id: str) -> Iterator[Path | None]:
    """Show until the process ends that it is alive, and touch the file while the block runs.

    Yields the file; None where it cannot be made or locked, which what the run does next will say better.
    """
    _release_ended()
    _remove_forgotten(folder)
    file = folder / f"{run_id}{SUFFIX}"
    try:
        folder.mkdir(exist_ok=True)
        lock = Lock.take(file, this_run(run_id))
    except OSError:
        lock = None
    if lock is None:
        yield None
        return
    ended = threading.Event()
    _held[run_id] = lock, ended
    beating = threading.Thread(target=_beat, args=(file, ended), name="signs of life", daemon=True)
    beating.start()
    try:
        yield file
    finally:
        ended.set()
        beating.join()


def locks_of(run_id: str) -> Path | None:
    """The folder where a run of this process shows that it is alive; None if it cannot."""
    return _held[run_id][0].path.parent if run_id in _held else None


def _beat(file: Path, ended: threading.Event) -> None:
    while not ended.wait(BEAT):
        with suppress(OSError):
            os.utime(file)


def _release_ended() -> None:
    """Remove the files of the runs that this process has ended."""
    for run_id, (lock, ended) in list(_held.items()):
        if ended.is_set():
            del _held[run_id]
            with suppress(OSError):
                lock.path.unlink(missing_ok=True)
            lock.release()


def _release_in_child() -> None:
    """Close what a fork copied: else the locks would live as long as the child."""
    while _held:
        _held.popitem()[1][0].release()


def _remove_forgotten(folder: Path) -> None:
    with suppress(OSError):
        for file in folder.glob(f"*{SUFFIX}"):
            if time.time() - file.stat().st_mtime > FORGOTTEN and is_locked(file) is False:
                file.unlink(missing_ok=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


atexit.register(_release_ended)
os.register_at_fork(after_in_child=_release_in_child)
