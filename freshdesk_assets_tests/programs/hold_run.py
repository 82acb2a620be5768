"""`hold_run FOLDER RUN ACCOUNT`: be the process of a run, with its signs of life and locks, until killed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from freshdesk_assets.orchestration.run_lock import run_lock
from freshdesk_assets.orchestration.signs_of_life import showing_life, this_process, this_run
from freshdesk_assets_tests.programs import begun, line


@contextmanager
def carrying_out(folder: Path, run: str, account: str = "acme") -> Iterator[tuple[Popen[str], str]]:
    """A process that carries out a run, and the sign that the run has of it."""
    with begun("hold_run", folder, run, account) as process:
        yield process, line(process)


def main(folder: str, run: str, account: str) -> None:
    with showing_life(Path(folder), run) as file, run_lock(account, Path(folder), this_run(run), print):
        print(this_process(run, file), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
