"""From the bytes of files to a folder in which each content lies once, named by its hash.

A file's own name is in its table only: customers choose it, it may name somebody, and it could be a path.
"""

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from freshdesk_assets.file_modes import PRIVATE, folder_mode

INCOMING = "incoming"
"""The folder, below that of the files, in which a file is until it is whole."""

ABANDONED = 24 * 3600.0
"""Seconds after which a file that is not whole is one that a killed process left."""


class FolderError(Exception):
    """The folder of files cannot be written; the message says why and what to do."""


class FileStore:
    """A folder of files by hash: `ab/ab12…`, of this mode and no wider. Nothing in it is ever removed."""

    def __init__(self, folder: Path, mode: str = PRIVATE) -> None:
        self.folder, self.mode = folder, mode

    def prepare(self) -> None:
        """Make the folder where it is missing, and remove what killed processes left half written.

        Raises FolderError.
        """
        incoming = self.folder / INCOMING
        try:
            for folder in (self.folder, incoming):
                if not folder.is_dir():
                    folder.mkdir(mode=folder_mode(self.mode))
            for left in incoming.iterdir():
                with suppress(FileNotFoundError):
                    if left.stat().st_mtime < time.time() - ABANDONED:
                        left.unlink()
        except OSError as error:
            raise self._unwritable(error) from None

    def incoming(self) -> "Incoming":
        """A file that is to come."""
        return Incoming(self)

    def _unwritable(self, error: OSError) -> FolderError:
        return FolderError(
            f"{self.folder} cannot be written ({error.strerror or type(error).__name__}): make room, mend its"
            " rights, or set FRESHDESK_FILES to another folder. The next run fetches what is missing, as long"
            " as the links live."
        )


class Incoming:
    """A file on its way: written beside the others, and put into its place when it is whole."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self._path = store.folder / INCOMING / token_hex(8)
        self._file: int | None = None
        self._hash = hashlib.sha256()
        self.bytes = 0

    def begin(self) -> None:
        """Begin, or begin anew. Raises FolderError."""
        self._hash, self.bytes = hashlib.sha256(), 0
        try:
            if self._file is None:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
                self._file = os.open(self._path, flags, int(self._store.mode, 8))
            os.lseek(self._file, 0, os.SEEK_SET)
            os.ftruncate(self._file, 0)
        except OSError as error:
            raise self._store._unwritable(error) from None

    def write(self, part: bytes) -> None:
        """Write the next bytes. Raises FolderError."""
        assert self._file is not None  # noqa: S101 - `begin` was called
        self._hash.update(part)
        self.bytes += len(part)
        left = memoryview(part)
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            raise self._store._unwritable(error) from None

    def keep(self) -> tuple[str, str]:
        """Put the file into its place; its hash, and its path below the folder. Raises FolderError."""
        sha256 = self._hash.hexdigest()
        place = Path(sha256[:2]) / sha256
        target = self._store.folder / place
        try:
            self._close()
            target.parent.mkdir(mode=folder_mode(self._store.mode), exist_ok=True)
            # What a machine that lost power left in its place has another size.
            if target.is_file() and target.stat().st_size == self.bytes:
                self._path.unlink()
            else:
                self._path.replace(target)
        except OSError as error:
            raise self._store._unwritable(error) from None
        return sha256, str(place)

    def drop(self) -> None:
        """Remove what is there, if it was not kept."""
        with suppress(OSError):
            self._close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)
