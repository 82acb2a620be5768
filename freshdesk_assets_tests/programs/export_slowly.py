"""`export_slowly FOLDER STEP`: export, and stop for good while files are moved in, or others removed.

It prints `there` at the second file of that step. Python tells what is about to be done to the disk.
"""

import sys
import time
from typing import Any

from freshdesk_assets.cli import main

STEPS = {"moving": "os.rename", "removing": "os.remove"}
"""By step the event that Python raises before it."""


def stop_at(step: str) -> None:
    seen = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event == STEPS[step] and "/data_" in f"{arguments[-1]}{arguments[:2]}":
            seen += 1
            if seen == 2:
                print("there", flush=True)
                time.sleep(600)

    sys.addaudithook(watch)


if __name__ == "__main__":
    stop_at(sys.argv[2])
    sys.exit(main(["export", sys.argv[1]]))
