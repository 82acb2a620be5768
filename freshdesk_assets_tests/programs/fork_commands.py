"""`fork_commands`: run commands of freshdesk-assets, each in a fork of a process that has loaded Dagster.

A line of standard input is an order, a line of standard output its answer, both in JSON:

    {"run": ["sync"], "environment": {}, "folder": DIR, "log": FILE, "now": UNIX TIME}     {"process": ID}
    {"wait": ID}                                     {"code": EXIT CODE, "cpu": SECONDS, "peak": KILOBYTES}

Optional in an order to run: "largest", the bytes beyond which no file can grow, as on a disk that is full;
"patience", the seconds after which the command is ended by SIGALRM, which its exit code shows: -14.
"""

import json
import os
import resource
import signal
import sys
from typing import Any, NoReturn

import time_machine

PATIENCE = 300
"""Seconds that a command may take, unless its order gives others."""


def main() -> None:
    load()
    for line in sys.stdin:
        order = json.loads(line)
        answer = wait(order["wait"]) if "wait" in order else {"process": fork(order)}
        print(json.dumps(answer), flush=True)


def load() -> None:
    """Load what a sync needs, so that a fork need not."""
    from freshdesk_assets.commands import sync  # noqa: F401
    from freshdesk_assets.definitions import build_defs
    from freshdesk_assets.settings import Settings

    build_defs(Settings()).resolve_job_def("replicate")


def fork(order: dict[str, Any]) -> int:
    """Begin a command in a process of its own."""
    process = os.fork()
    if not process:
        become(order)
    return process


def wait(process: int) -> dict[str, Any]:
    """How a command ended, and what it took."""
    _, status, used = os.wait4(process, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "cpu": used.ru_utime + used.ru_stime,
        "peak": used.ru_maxrss,
    }


def become(order: dict[str, Any]) -> NoReturn:
    """Run the command and end with its exit code."""
    from freshdesk_assets.cli import main as run

    signal.alarm(order.get("patience") or PATIENCE)
    # A shell that begins a program in the background has it ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # The log may be a pipe, and what the streams were opened on a file.
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    if largest := order.get("largest"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
    time_machine.travel(order["now"], tick=True).start()
    code = 1
    try:
        code = run(order["run"])
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:  # noqa: BLE001 - shown, as Python shows it
        sys.excepthook(*sys.exc_info())
        code = 130 if isinstance(sys.exception(), KeyboardInterrupt) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
