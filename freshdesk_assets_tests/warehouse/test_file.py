"""The file is held by one at a time, only while something is loaded, and says what is wrong with it."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse import file
from freshdesk_assets.warehouse.file import FileLocked, Warehouse
from freshdesk_assets.warehouse.sql import identifier, literal
from freshdesk_assets_tests.library import SHELVES, SPECIMENS
from freshdesk_assets_tests.programs import printed
from freshdesk_assets_tests.programs.hold_file import holding
from freshdesk_assets_tests.warehouse.library import NOON, Library, complaint, page


def test_a_file_named_as_its_schema_is_no_trouble(library: Library) -> None:
    """Opened by DuckDB's own name for it, freshdesk.duckdb makes `freshdesk.shelves` ambiguous."""
    library.land(SHELVES, page({"id": 1}))
    assert library.warehouse.path.name == "freshdesk.duckdb"
    with library.warehouse.open() as connection:
        assert connection.execute("select id from freshdesk.shelves").fetchall() == [(1,)]


def test_threads_of_a_process_take_turns(library: Library) -> None:
    """DuckDB itself would refuse the second; and no thread may count between another's read and write."""
    with library.warehouse.open() as connection:
        connection.execute("create table counter as select 0 as n")

    def count() -> None:
        # A Warehouse of its own, as each run of Dagster has, by another name for the file.
        folder = library.folder
        warehouse = Warehouse(folder / ".." / folder.name / library.warehouse.path.name)
        for _ in range(5):
            with warehouse.open() as connection:
                (n,) = connection.execute("select n from counter").fetchall()[0]
                connection.execute("update counter set n = ?", [n + 1])

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert library.query("select n from counter") == [(20,)]


def test_a_file_that_another_process_keeps_is_given_up_with_its_name(library: Library) -> None:
    """The one who reads the message must know what to close."""
    library.shape(SHELVES)
    reports: list[str] = []
    warehouse = Warehouse(library.warehouse.path, lock_wait=0.3, report=reports.append)
    with holding(warehouse.path) as holder:
        start = time.monotonic()
        with pytest.raises(FileLocked) as caught, warehouse.open():
            pass
        assert 0.3 <= time.monotonic() - start < 10
    who = f"{os.path.basename(os.path.realpath(sys.executable))} (process {holder.pid})"
    assert str(caught.value) == (
        f"{warehouse.path} is in use by {who} and was not released within 0.3 seconds:"
        " close it there, or run again later"
    )
    assert reports == [f"waiting for {warehouse.path}, in use by {who}"]


def test_a_file_that_is_let_go_of_is_waited_for(library: Library) -> None:
    library.shape(SHELVES)
    with holding(library.warehouse.path, 0.5):
        library.land(SHELVES, page({"id": 1}))
    assert library.living(SHELVES) == [1]


def test_a_connection_of_this_process_is_named_as_such(library: Library) -> None:
    """A notebook in which somebody looked at the file, for instance."""
    library.shape(SHELVES)
    with duckdb.connect(library.warehouse.path):
        message = complaint(Warehouse(library.warehouse.path, lock_wait=0.1))
    assert f"in use by another connection of this process ({os.getpid()})" in message
    library.land(SHELVES, page({"id": 1}))


def test_a_part_of_this_process_that_never_closes_it_is_not_waited_for_for_ever(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error that something keeps alive keeps alive what it interrupted; a run would hang in silence."""
    library.shape(SHELVES)
    monkeypatch.setattr(file, "THREADS_WAIT", 0.1)
    with library.warehouse.open():
        message = complaint(Warehouse(library.warehouse.path, lock_wait=0.1))
    assert f"in use by another part of this process ({os.getpid()}), which did not close it" in message
    library.land(SHELVES, page({"id": 1}))


def test_the_file_is_closed_after_an_error(library: Library) -> None:
    """A connection left open would keep everybody else out until the process ends."""
    library.shape(SHELVES)
    with pytest.raises(ZeroDivisionError), library.warehouse.open():
        raise ZeroDivisionError
    with pytest.raises(duckdb.CatalogException), library.warehouse.open() as connection:
        connection.execute("select * from nowhere")
    library.land(SHELVES, page({"id": 1}))


def test_a_signal_while_duckdb_works_is_one(library: Library) -> None:
    """DuckDB makes of it an error that says no more than that a query was interrupted."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            work_and_interrupt(library)
    finally:
        signal.signal(signal.SIGINT, before)
    with library.warehouse.open() as connection:
        assert connection.execute("select 1").fetchall() == [(1,)]


def work_and_interrupt(library: Library) -> None:
    """Get Ctrl-C a moment after DuckDB began with what takes it a second or two."""
    with library.warehouse.open() as connection:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        connection.execute("create table digests as select md5(i::varchar) from range(10_000_000) r(i)")


def test_what_is_in_the_way_is_said_in_a_sentence(tmp_path: Path) -> None:
    missing = complaint(Warehouse(tmp_path / "no" / "freshdesk.duckdb"))
    assert missing == f"{tmp_path / 'no'} is not a folder: create it, or set FRESHDESK_DUCKDB"
    file = tmp_path / "file"
    file.write_bytes(b"x" * 50_000)
    assert complaint(Warehouse(file)).startswith(f"{file} is not a DuckDB file")
    assert complaint(Warehouse(file / "freshdesk.duckdb")).startswith(f"{file} is not a folder")
    for content in (b"", b"short", b"SQLite format 3\0" + b"\0" * 5000):
        file.write_bytes(content)
        assert complaint(Warehouse(file)).startswith(f"{file} is not a DuckDB file")
        assert file.read_bytes() == content
    assert complaint(Warehouse(tmp_path)).startswith(f"{tmp_path} is a folder, not a file")


@pytest.mark.parametrize("existing", [True, False], ids=["a file", "a folder"])
def test_what_may_not_be_written_is_said_in_a_sentence(tmp_path: Path, existing: bool) -> None:
    """Rights are asked as a user who has few: root may write anything."""
    folder = tmp_path / "library"
    folder.mkdir()
    library = Library(folder)
    if existing:
        library.shape(SHELVES)
        library.warehouse.path.chmod(0o444)
    for parent in (folder, *folder.parents):
        if os.getuid() == 0 and parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o055)
    folder.chmod(0o555)
    try:
        said = printed("open_as_nobody", folder)
    finally:
        folder.chmod(0o755)
    assert "freshdesk.duckdb cannot be written by this user: change its rights, or set" in said


def test_a_damaged_file_is_said_to_be_damaged(library: Library) -> None:
    library.shape(SHELVES)
    content = bytearray(library.warehouse.path.read_bytes())
    content[12:20] = b"\xff" * 8  # of the first header, which carries a checksum
    library.warehouse.path.write_bytes(content)
    assert complaint(library.warehouse).startswith(f"{library.warehouse.path} is damaged")


FULL = "is full: nothing of this batch was stored, what was stored before is intact; make room and run again"


def check_full(library: Library, said: str, expected: str = FULL) -> None:
    """The message names the way out, and what was landed is there."""
    *landed, message = said.splitlines()
    assert expected in message
    assert len(landed) > 1
    assert library.query("select count(*) from file.freshdesk.shelves") == [(1000 * len(landed),)]


def test_a_full_disk_loses_nothing_that_was_stored(library: Library) -> None:
    """The disk is full for files of more than 10 MB, so that none needs to be filled."""
    check_full(library, printed("fill_disk", library.folder, library.spools, "--largest", 10_000_000))
    library.land(SHELVES, page({"id": -1}))
    assert library.living(SHELVES)[0] == -1


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 14 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=14m", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True, capture_output=True)


def test_a_disk_that_is_full_indeed_loses_nothing_either(disk: Path, tmp_path: Path) -> None:
    library = Library(disk, tmp_path / "spool")
    check_full(library, printed("fill_disk", disk, library.spools))


def test_a_disk_full_of_spooled_rows_is_said_to_be_full(disk: Path, tmp_path: Path) -> None:
    """What waits to be landed may fill the disk before DuckDB does."""
    (disk / "ballast").write_bytes(b"x" * 11_000_000)
    folder = tmp_path / "library"
    folder.mkdir()
    library = Library(folder, disk / "spool")
    *landed, message = printed("fill_disk", folder, library.spools, "--growing").splitlines()
    assert "cannot be written (No space left on device): what was stored before is intact" in message
    assert landed


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "America/St_Johns", "UTC"])
def test_the_session_is_in_utc_whatever_the_zone_of_the_machine(
    library: Library, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time without a zone is read in the session's, and a day of a window begins in it."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        library.land(SPECIMENS, page({"id": 1, "bought_at": "2024-01-01T12:00:00", "updated_at": None}))
        with library.warehouse.open() as connection:
            zone_and_time = connection.execute(
                "select current_setting('TimeZone'), timestamptz '2024-01-01 12:00:00'"
            ).fetchall()
        assert zone_and_time == [("UTC", NOON)]
        assert library.row(SPECIMENS, "bought_at") == {"bought_at": NOON}
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_a_killed_process_could_not_hold_in_memory_is_removed(library: Library) -> None:
    """It lies beside the file, as large as the batch, and nobody else would ever remove it."""
    library.shape(SHELVES)
    left = library.folder / f"{library.warehouse.path.name}.0123abcd.tmp"
    others = [library.folder / "freshdesk.duckdb.spool", library.folder / "other.duckdb.0123abcd.tmp"]
    for folder in (left, *others):
        folder.mkdir()
        (folder / "duckdb_temp_storage-0.tmp").write_bytes(b"x" * 1000)
    with (
        holding(library.warehouse.path),
        pytest.raises(FileLocked),
        Warehouse(library.warehouse.path, lock_wait=0).open(),
    ):
        pass
    assert left.exists()  # for it may be the holder's
    library.shape(SHELVES)
    assert not left.exists()
    assert all(folder.exists() for folder in others)


def test_what_does_not_fit_in_memory_goes_to_disk_and_is_gone_afterwards(library: Library) -> None:
    warehouse = Warehouse(library.warehouse.path, memory_limit="40MB")
    with warehouse.open() as connection:
        connection.execute(
            "create temp table large as select random() as x, md5(i::varchar) as y from range(2000000) t(i)"
        )
        assert [path for path in library.folder.iterdir() if path.name.endswith(".tmp")]
    assert [path.name for path in library.folder.iterdir()] == [warehouse.path.name]


def test_without_a_checkpoint_what_was_stored_is_in_the_log(library: Library) -> None:
    """Half the time of landing batch after batch goes into checkpoints; the last one makes up for them."""
    library.shape(SHELVES)
    log = Path(f"{library.warehouse.path}.wal")
    with library.warehouse.open(checkpoint=False) as connection:
        connection.execute("insert into freshdesk.shelves (id) values (1)")
    assert log.exists()
    assert library.living(SHELVES) == [1]
    with library.warehouse.open():
        pass
    assert not log.exists()
    assert library.living(SHELVES) == [1]


def test_names_and_texts_are_quoted() -> None:
    with duckdb.connect() as connection:
        for name in ("order", 'a"b', "a b", "é", "a.b", "'"):
            found = connection.execute(f"select {literal(name)} as {identifier(name)}")
            assert [column for column, *_ in found.description or ()] == [name]
            assert found.fetchall() == [(name,)]
