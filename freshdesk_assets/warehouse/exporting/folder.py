"""The folder of an export: its manifest, its files, and how the one is changed for the other.

No file is ever overwritten. New files are written aside and moved in under names that no file has, then the
manifest is replaced in one step, and only then the files that it does not name any more are removed. So
whatever was killed, and when: all files that the manifest names are there, and they are of one moment.
"""

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from freshdesk_assets.file_modes import PRIVATE, folder_mode
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets.warehouse.publishing import flush

MANIFEST = "manifest.json"
SCHEMA = "schema.json"
MARK = ".freshdesk-assets-export"
"""Says that the folder is an export, also before there is a manifest; locked while one is made."""

ASIDE = ".unfinished"
"""Where new files are written."""

FORMAT = 1
"""The version of manifest and schema; it changes when what reads them would have to."""

DATA = re.compile(r"data_[0-9a-f]{16}\.parquet")
"""The names that files of an export have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A file: the value of its partition ("" without one), how many rows and bytes, what it is made of."""

    value: str
    file: str
    rows: int
    bytes: int
    fingerprint: str


@dataclass(slots=True)
class Folder:
    """A folder while it is exported to; `former` has by table the files that its manifest names."""

    path: Path
    mode: str = PRIVATE
    former: dict[str, dict[str, Part]] = field(default_factory=dict)
    """By the folder of a table, and by the value of the partition."""

    @property
    def aside(self) -> Path:
        """Where new files are written."""
        return self.path / ASIDE

    def kept(self, table: str, value: str, fingerprint: str) -> Part | None:
        """The file that the folder has of this partition, if it is made of the same rows in the same way."""
        part = self.former.get(table, {}).get(value)
        if part is None or part.fingerprint != fingerprint:
            return None
        with suppress(OSError):
            if (self.path / part.file).stat().st_size == part.bytes:
                return part
        return None

    def put(self, new: dict[str, Path], manifest: dict[str, Any], schema: dict[str, Any]) -> int:
        """Move new files in, by the names that the manifest has, and remove others; returns how many."""
        for name, made in new.items():
            made.chmod(int(self.mode, 8))
            flush(made)
            target = self.path / name
            self._make_folder(target.parent)
            os.replace(made, target)
        for folder in {(self.path / name).parent for name in new}:
            flush(folder)
        self._write(SCHEMA, schema)
        self._write(MANIFEST, manifest)
        named = {part["file"] for table in manifest["tables"] for part in table["files"]}
        return self._remove_others(named)

    def _make_folder(self, folder: Path) -> None:
        if not folder.is_dir():
            self._make_folder(folder.parent)
            folder.mkdir()
            folder.chmod(folder_mode(self.mode))

    def _write(self, name: str, content: dict[str, Any]) -> None:
        made = self.aside / name
        made.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        made.chmod(int(self.mode, 8))
        flush(made)
        os.replace(made, self.path / name)
        flush(self.path)

    def _remove_others(self, named: set[str]) -> int:
        """Remove files of former exports, and folders that are empty then; what is not ours stays."""
        removed = 0
        for file in sorted(self.path.glob("*/**/data_*.parquet")):
            name = file.relative_to(self.path).as_posix()
            if DATA.fullmatch(file.name) and name not in named and not name.startswith(ASIDE):
                file.unlink()
                removed += 1
                for folder in list(file.parents)[: len(Path(name).parts) - 1]:
                    with suppress(OSError):
                        folder.rmdir()
        return removed


@contextmanager
def opened_folder(path: Path, mode: str) -> Iterator[Folder]:
    """The folder, made if it is not there, for one export at a time.

    Raises WarehouseError if it cannot be written, or holds what is no export.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        mark = path / MARK
        if not mark.exists() and (others := sorted(each.name for each in path.iterdir())):
            raise WarehouseError(
                f"{path} holds {others[0]} and is no export: name a folder that is new or empty, or that an"
                " earlier export made"
            )
        if not mark.exists():
            path.chmod(folder_mode(mode))
        lock = FileLock(mark, mode=int(mode, 8))
        lock.acquire(timeout=0)
    except Timeout:
        raise WarehouseError(f"another export writes to {path}: wait until it has ended") from None
    except OSError as error:
        raise WarehouseError(f"{path} cannot be written: {error.strerror or error}") from None
    try:
        folder = Folder(path, mode, _former(path / MANIFEST))
        try:
            shutil.rmtree(folder.aside, ignore_errors=True)
            folder.aside.mkdir()
            folder.aside.chmod(folder_mode(mode))
        except OSError as error:
            raise WarehouseError(f"{path} cannot be written: {error.strerror or error}") from None
        try:
            yield folder
        finally:
            shutil.rmtree(folder.aside, ignore_errors=True)
    finally:
        lock.release()
        # Some versions of the lock remove the file, and the mark must stay.
        with suppress(OSError):
            mark.touch(mode=int(mode, 8))


def entry(part: Part) -> dict[str, Any]:
    """A file as the manifest has it."""
    return asdict(part)


def _former(manifest: Path) -> dict[str, dict[str, Part]]:
    """What the manifest names; nothing if there is none, or it is of another version: then all is written."""
    try:
        said = json.loads(manifest.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            return {}
        return {
            table["folder"]: {part["value"]: Part(**part) for part in table["files"]}
            for table in said["tables"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        return {}
