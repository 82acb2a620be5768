"""Commands that end with all that they started, whatever becomes of the test that runs them."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def started(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str]
) -> Iterator["subprocess.Popen[str]"]:
    """A command in a session of its own; at the end it and its descendants are killed.

    What it says is one stream of text.
    """
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            for each in family(process.pid):
                with suppress(ProcessLookupError):
                    os.kill(each, signal.SIGKILL)


def family(group: int) -> set[int]:
    """The processes of a group and their descendants, those in sessions of their own too.

    The simulator of a demo has one, for Ctrl-C is not for it: killing the group leaves it alive for good.
    """
    listed = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid="], capture_output=True, text=True, check=True
    ).stdout
    rows = [tuple(map(int, line.split())) for line in listed.splitlines()]
    found = {process for process, _, of in rows if of == group}
    while more := {process for process, parent, _ in rows if parent in found} - found:
        found |= more
    return found
