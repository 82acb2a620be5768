"""From a file that DuckDB has open to a copy of its bytes, in a child process: `block_copy.py FILE >COPY`.

DuckDB 1.5.5 and 2.0.0 keep other processes out with a lock of fcntl. POSIX releases all locks that a process
has on a file as soon as the process closes any descriptor of it (fcntl(2), "Record locking"). If this process
opened and closed the file to read it, others could write it from then on. A child's locks and descriptors are
its own.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

FICLONE = 0x40049409
"""Linux's request to share one file's blocks with another (ioctl_ficlone(2))."""


def copy_blocks(source: Path, target: Path) -> None:
    """Copy what `source` holds into `target`, which is not there yet; raises OSError.

    The caller makes sure that:

    - nobody writes `source` meanwhile,
    - `target` is synced,
    - what an error leaves of `target` is removed.
    """
    # Isolated (-I, -S): what the environment makes Python import is not wanted here.
    command = [sys.executable, "-I", "-S", __file__, str(source)]
    # The copy is opened here: one that the child made after this process was killed would never be removed.
    with target.open("xb") as written:
        ended = subprocess.run(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=written, stderr=subprocess.PIPE, check=False
        )
    if ended.returncode:
        said = ended.stderr.decode(errors="replace").strip().splitlines()
        raise OSError(said[-1] if said else f"the process that copies ended with {ended.returncode}")


def main(source: str) -> str | None:
    """Copy to standard output; None, or in one line why that could not be done."""
    target = sys.stdout.fileno()
    try:
        with open(source, "rb") as opened:
            _copy(opened.fileno(), target)
            size, copied = os.fstat(opened.fileno()).st_size, os.fstat(target).st_size
    except OSError as error:
        return str(error)
    return None if copied == size else f"{copied} bytes of {size} were copied"


def _copy(source: int, target: int) -> None:
    """Copy by sharing blocks where the file system can, else by the kernel, else by reading and writing."""
    if sys.platform == "linux":
        # Errors are left to the last way, which meets them again if they persist.
        with suppress(OSError):
            fcntl.ioctl(target, FICLONE, source)
            return
        with suppress(OSError):
            while os.copy_file_range(source, target, 1 << 30):
                pass
    # Continues where the kernel stopped: at the end, if all went well.
    with open(source, "rb", closefd=False) as read, open(target, "wb", closefd=False) as written:
        shutil.copyfileobj(read, written, 1 << 20)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
