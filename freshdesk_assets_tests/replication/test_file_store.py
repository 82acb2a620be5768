"""Each content lies once, under its hash, or not at all: what is half written is in nobody's way."""

import hashlib
import os
import resource
from pathlib import Path

import pytest

from freshdesk_assets.replication.file_store import ABANDONED, INCOMING, FileStore, FolderError


def store(folder: Path) -> FileStore:
    made = FileStore(folder)
    made.prepare()
    return made


def kept(made: FileStore, *parts: bytes) -> tuple[str, str]:
    file = made.incoming()
    file.begin()
    for part in parts:
        file.write(part)
    try:
        return file.keep()
    finally:
        file.drop()


def left(folder: Path) -> list[str]:
    """The files in the folder, by their paths in it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_named_by_its_content_and_for_this_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    sha256, place = kept(store(folder), b"abc", b"def")
    assert sha256 == hashlib.sha256(b"abcdef").hexdigest()
    assert place == f"{sha256[:2]}/{sha256}"
    assert left(folder) == [place]
    assert (folder / place).read_bytes() == b"abcdef"
    for made in (folder, folder / INCOMING, folder / sha256[:2]):
        assert made.stat().st_mode & 0o777 == 0o700
    assert (folder / place).stat().st_mode & 0o777 == 0o600


def test_the_same_content_is_one_file(tmp_path: Path) -> None:
    """A signature's picture comes with each mail."""
    made = store(tmp_path)
    first, again = kept(made, b"logo"), kept(made, b"lo", b"go")
    assert first == again
    assert left(tmp_path) == [first[1]]
    written = (tmp_path / first[1]).stat().st_ino
    kept(made, b"logo")
    assert (tmp_path / first[1]).stat().st_ino == written


def test_what_lost_its_end_is_written_again(tmp_path: Path) -> None:
    """Files are not flushed one by one: a machine that loses power may leave an empty one."""
    made = store(tmp_path)
    _, place = kept(made, b"logo")
    (tmp_path / place).write_bytes(b"")
    assert kept(made, b"logo")[1] == place
    assert (tmp_path / place).read_bytes() == b"logo"


def test_nothing_of_an_attempt_that_was_cut_off_is_left(tmp_path: Path) -> None:
    file = store(tmp_path).incoming()
    file.begin()
    file.write(b"half of what is longer")
    file.begin()
    file.write(b"whole")
    _, place = file.keep()
    assert (tmp_path / place).read_bytes() == b"whole"
    assert file.bytes == 5
    other = FileStore(tmp_path).incoming()
    other.begin()
    other.write(b"half")
    other.drop()
    assert left(tmp_path) == [place]


def test_what_a_killed_process_left_is_removed_a_day_later(tmp_path: Path) -> None:
    """What another process writes just now is left alone."""
    made = store(tmp_path)
    _, place = kept(made, b"logo")
    for name in ("old", "new"):
        (tmp_path / INCOMING / name).write_bytes(b"half")
    before = (tmp_path / INCOMING / "old").stat().st_mtime - ABANDONED - 60
    os.utime(tmp_path / INCOMING / "old", (before, before))
    os.utime(tmp_path / place, (before, before))
    made.prepare()
    assert left(tmp_path) == sorted([place, f"{INCOMING}/new"])


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "missing" / "files"):
        with pytest.raises(FolderError, match=rf"{folder} cannot be written \(.*set FRESHDESK_FILES"):
            store(folder)


def test_a_disk_without_room_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit of the process stands for the disk: the system refuses to write more."""
    made = store(tmp_path)
    file = made.incoming()
    file.begin()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(FolderError, match=r"cannot be written \(File too large\): make room"):
            file.write(b"x" * 5000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    file.drop()
    assert left(tmp_path) == []
