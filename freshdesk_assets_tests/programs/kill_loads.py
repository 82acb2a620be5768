"""`kill_loads FOLDER`: store a frame again and again, killed one line of code later each time.

It ends with a load that is not killed. Each load replaces the loans 1 and 2 by 3 and 4. What each left in the
file is printed as a list of lists.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import dagster as dg
import pandas

from freshdesk_assets_tests.orchestration.storing import DAYS, SECOND, ids, loans, ours, run

STEPS = {("store_frame", "warehouse"), ("open", "warehouse")}
"""The functions at whose lines a load is killed, and a folder above them."""


def killing(nth: int) -> Callable[[FrameType, str, Any], Any]:
    """A tracer that kills the process at the nth line of the steps."""
    passed = 0

    def die(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal passed
        passed += event == "line"
        if passed == nth:
            os.kill(os.getpid(), signal.SIGKILL)
        return die

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        code = frame.f_code
        return (
            die if any(code.co_name == name and place in code.co_filename for name, place in STEPS) else None
        )

    return trace


def asset(frame: pandas.DataFrame, nth: int = 0) -> dg.AssetsDefinition:
    """An asset of a day's loans; its load is killed at the nth line, if there is one."""

    @dg.asset(name="loans", key_prefix="library", partitions_def=DAYS, metadata={"partition_expr": "lent_at"})
    def made() -> pandas.DataFrame:
        if nth:
            sys.settrace(killing(nth))
        return frame

    return made


def main(folder: Path) -> None:
    before, file = folder / "before.duckdb", folder / "replica.duckdb"
    left: list[list[int]] = []
    killed = True
    assert run(ours(before), asset(loans(d02=[1, 2])), SECOND).success
    while killed:
        shutil.copy(before, file)
        Path(f"{file}.wal").unlink(missing_ok=True)
        child = os.fork()
        if not child:
            run(ours(file), asset(loans(d02=[3, 4]), len(left) + 1), SECOND)
            os._exit(0)
        killed = os.waitpid(child, 0)[1] != 0
        left.append(ids(file))
    print(json.dumps(left))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
