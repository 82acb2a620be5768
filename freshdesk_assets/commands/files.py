"""Whether the files of a sync can be written: asked before anything is made, by all commands alike."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shlex import quote

from freshdesk_assets.environment import can_write
from freshdesk_assets.file_modes import folder_mode
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.settings import SettingError
from freshdesk_assets.warehouse.encryption import amiss


def ensure_writable(file: DuckDBFile) -> None:
    """Raise SettingError with all that is wrong with the places of the replica, its copy and its page."""
    if said := list(complaints(file)):
        raise SettingError(". ".join(said))


def complaints(file: DuckDBFile) -> Iterator[str]:
    """A sentence for each of the replica, its copy and its page that cannot be written where it should be."""
    if file.lake:
        if file.page_path is not None:
            yield from _complaints(file.page_path, "FRESHDESK_PAGE")
        return
    yield from _complaints(file.path, "FRESHDESK_DUCKDB")
    if said := amiss(file.encryption):
        yield said
    if (copy := file.published_path) is not None and copy.parent.resolve() != file.path.parent.resolve():
        yield from _complaints(copy, "FRESHDESK_PUBLISHED")
    if (page := file.page_path) is not None and copy and page.parent.resolve() != copy.parent.resolve():
        yield from _complaints(page, "FRESHDESK_PAGE")


def folder_complaint(folder: Path) -> str | None:
    """What is wrong with the folder for the files of attachments, which the first of them makes."""
    if folder.exists() and not folder.is_dir():
        return f"{folder} is not a folder: set FRESHDESK_FILES to one"
    if not folder.exists() and not folder.parent.is_dir():
        return f"{folder.parent} is not a folder: create it, or set FRESHDESK_FILES to a folder in another"
    if not can_write(folder if folder.exists() else folder.parent):
        return f"{folder} is not a folder you can write to: change its rights, or set FRESHDESK_FILES"
    return None


def readable_by_others(paths: Iterable[Path], mode: str) -> Iterator[str]:
    """A sentence for each file or folder that has more readers than files of this mode."""
    for path in paths:
        with suppress(OSError):
            wanted = folder_mode(mode) if path.is_dir() else int(mode, 8)
            found = path.stat().st_mode & 0o777
            if found & ~wanted:
                yield (
                    f"{path} is open to others of this machine ({found:04o}): chmod {found & wanted:o}"
                    f" {quote(str(path))}, unless that is what you want"
                )


def _complaints(path: Path, name: str) -> Iterator[str]:
    """What is wrong with a file's place; the file itself is not made as a test, for a sync may fill it."""
    path = path.resolve()
    folder = path.parent
    if path.is_dir():
        yield f"{path} is a folder, not a file: set {name} to a file in it"
    elif path.exists() and not path.is_file():
        yield f"{path} is not a regular file: set {name} to another"
    elif not folder.is_dir():
        yield f"{folder} is not a folder: create it, or set {name} to a file in another"
    elif not can_write(folder):
        yield f"{folder} is not a folder you can write to: set {name} to a file in one"
    elif path.exists() and not os.access(path, os.R_OK | os.W_OK):
        yield f"{path} cannot be written by this user: change its rights, or set {name}"
