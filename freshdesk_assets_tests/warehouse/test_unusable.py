"""A file that cannot be used, or not as it is, is said to be so in a sentence."""

import os
from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.library import SHELVES
from freshdesk_assets_tests.programs import printed
from freshdesk_assets_tests.warehouse.library import Library, complaint, page


def crash_of(file: Path) -> Path:
    """The log that a process leaves which wrote to the file and was killed."""
    printed("leave_a_log", file)
    return file.with_name(f"{file.name}.wal")


def test_a_backup_beside_the_log_of_a_crash_is_said_to_be_one(library: Library, tmp_path: Path) -> None:
    """Nobody who puts a backup in place thinks of the log that the crash left beside the file."""
    path = library.warehouse.path
    library.shape(SHELVES)
    backup = path.read_bytes()
    library.land(SHELVES, page({"id": 1}))
    log = crash_of(path)
    path.write_bytes(backup)
    said = complaint(library.warehouse)
    assert said.startswith(f"{log} does not belong to {path} as it is now")
    assert f"move it aside (mv '{log}' '{log}.old') and run again" in said
    log.rename(f"{log}.old")
    library.land(SHELVES, page({"id": 2}))
    assert library.living(SHELVES) == [2]


@pytest.mark.parametrize("kind", ["another's", "damaged", "folder"])
def test_whatever_else_a_log_can_be_is_said_of_the_log(library: Library, tmp_path: Path, kind: str) -> None:
    path, other = library.warehouse.path, tmp_path / "other.duckdb"
    log = Path(f"{path}.wal")
    library.shape(SHELVES)
    match kind:
        case "another's":
            os.replace(crash_of(other), log)
        case "damaged":
            content = bytearray(crash_of(path).read_bytes())
            content[len(content) // 2] ^= 0xFF
            log.write_bytes(content)
        case _:
            log.mkdir()
    assert complaint(library.warehouse).startswith(f"{log} does not belong to {path}")


@pytest.mark.parametrize("kept", [100, 4_096, 12_288, 20_000])
def test_a_file_that_was_cut_off_is_said_to_be_damaged(library: Library, kept: int) -> None:
    """A copy that did not end, or that found the disk full."""
    library.shape(SHELVES)
    path = library.warehouse.path
    path.write_bytes(path.read_bytes()[:kept])
    assert complaint(library.warehouse).startswith(f"{path} is damaged: put a copy in its place")


def test_a_file_that_cannot_be_used_is_said_to_be_so(tmp_path: Path) -> None:
    """Encrypted, a link that leads nowhere, a device, a name that is too long."""
    locked = tmp_path / "locked.duckdb"
    with duckdb.connect() as connection:
        if duckdb.__version__ >= "2":
            connection.execute("set force_mbedtls_unsafe = true")
        connection.execute(f"attach '{locked}' as locked (encryption_key 'secret')")
        connection.execute("create table locked.one as select 1 as one")
    assert complaint(Warehouse(locked)).startswith(f"{locked} is encrypted")
    for name, leads in (("circle", "circle"), ("nowhere", "no/where.duckdb"), ("device", "/dev/null")):
        (tmp_path / name).symlink_to(leads)
        assert "FRESHDESK_DUCKDB" in complaint(Warehouse(tmp_path / name))
    long = tmp_path / f"{'x' * 250}.duckdb"
    assert complaint(Warehouse(long)).startswith(f"{long} cannot be opened: ")


def storage(connection: duckdb.DuckDBPyConnection) -> str:
    (found,) = connection.execute(
        "select tags['storage_version'] from duckdb_databases() where database_name = 'replica'"
    ).fetchall()
    return str(found[0])


@pytest.mark.parametrize(("made", "kept"), [("v2.0.0", "v2.0.0+"), ("v1.0.0", "v1.4.0+")])
def test_a_file_of_another_version_is_used_as_before(tmp_path: Path, made: str, kept: str) -> None:
    """No file can be made older where it lies. The newest DuckDB once made files that no other could read."""
    if made > f"v{duckdb.__version__}":
        pytest.skip("this DuckDB makes no such files")
    path = tmp_path / "replica.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{path}' as made (storage_version '{made}')")
        connection.execute("create table made.one as select 1 as one")
    for _ in range(2):
        with Warehouse(path).open() as connection:
            assert connection.execute("from one").fetchall() == [(1,)]
            assert storage(connection) == kept
            connection.execute("create or replace table another as select 2 as two")


def test_a_new_file_is_one_that_the_oldest_tools_read(tmp_path: Path) -> None:
    """Unless the setting says more, which can be done at any time."""
    with Warehouse(tmp_path / "replica.duckdb").open() as connection:
        assert storage(connection) == "v1.4.0+"
    with Warehouse(tmp_path / "replica.duckdb", storage="v1.5.0").open() as connection:
        assert storage(connection) == "v1.5.0+"
    said = complaint(Warehouse(tmp_path / "new.duckdb", storage="v99.0.0"))
    assert said.startswith("FRESHDESK_STORAGE is a version that DuckDB")
