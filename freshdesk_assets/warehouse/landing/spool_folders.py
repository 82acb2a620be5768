"""From the folders of spools to those that some process uses: what is left by others is removed."""

import shutil
import time
from pathlib import Path

from filelock import FileLock, Timeout

CLAIM = "in_use"
"""A file in each folder, locked by the process that uses the folder for as long as the process lives. A
process id would not do: in a container it is the same after each start."""

YOUNG = 60.0
"""Seconds that a new folder may be without a claim, between its creation and the lock."""

_claims: dict[Path, FileLock] = {}


def claim(folder: Path) -> None:
    """Mark the folder as ours until it is removed."""
    for claimed in [path for path in _claims if not path.exists()]:
        _claims.pop(claimed).release()
    _claims[folder] = FileLock(folder / CLAIM, thread_local=False)
    _claims[folder].acquire()


def sweep(root: Path) -> int:
    """Remove the folders that nobody uses, and say how many: what was not landed will be read again."""
    if not root.exists():
        return 0
    found = [each for each in root.iterdir() if each.is_dir() and each not in _claims and _abandoned(each)]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)
    return len(found)


def _abandoned(folder: Path) -> bool:
    held = folder / CLAIM
    if not held.exists():
        return folder.exists() and time.time() - folder.stat().st_mtime > YOUNG
    lock = FileLock(held)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return False
    lock.release()
    return True
