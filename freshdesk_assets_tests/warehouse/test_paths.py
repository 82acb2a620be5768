"""A replica can stand in a folder of any name: what DuckDB reads into a path does not choose the file."""

from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.warehouse import paths
from freshdesk_assets.warehouse.asking import reading
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets_tests.library import declared
from freshdesk_assets_tests.warehouse.library import Library, later, page

BOOKS = declared("books", sync=FullList())

ODD = [
    "[prod] support",
    "what?",
    "a**b",
    "back\\slash",
    "?\\[*]",
    ' it\'s 100% "mine"; #1',
    "u\u0308ber\n{a,b}",
]


@pytest.mark.parametrize("name", ODD)
def test_a_replica_is_filled_and_published_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """Synchronised folders and those of an environment have brackets; each sync failed there at its first."""
    folder = tmp_path / name
    folder.mkdir()
    library = Library(folder)
    with Spool(library.spools, BOOKS) as spool:
        library.land_from(spool, page({"id": 1}, {"id": 2}))
        library.land_from(spool, page({"id": 3}, completes=True))
    # Of two batches, the second full list no longer has two of the rows: its keys are read from two files.
    with Spool(library.spools, BOOKS) as spool:
        library.land_from(spool, page({"id": 2}), moment=later(1))
        landed = library.land_from(spool, page({"id": 4}, completes=True), moment=later(1))
    assert landed.deleted == 2
    copy = folder / "copy.duckdb"
    assert publish(library.warehouse, copy).anew
    assert publish(library.warehouse, copy, compact=True).compact
    with duckdb.connect(str(moved(copy, tmp_path)), read_only=True) as connection:
        assert connection.execute(
            "select id, _deleted_at is null from freshdesk.books order by id"
        ).fetchall() == [(1, False), (2, True), (3, False), (4, True)]


@pytest.mark.parametrize("name", ODD)
def test_a_file_in_a_folder_of_any_name_is_asked_and_no_other(tmp_path: Path, name: str) -> None:
    """The page and `query` ask so: with a `?` every run that published failed at the page."""
    folder = tmp_path / name
    folder.mkdir()
    library = Library(folder)
    library.shape(BOOKS)
    (tmp_path / "other.csv").write_text("secret\n")
    copy = folder / "copy.duckdb"
    publish(library.warehouse, copy)
    with reading(copy, lock_wait=0) as connection:
        assert connection.execute("select count(*) from freshdesk.books").fetchall() == [(0,)]
        with pytest.raises(duckdb.PermissionException):
            connection.execute(f"from read_csv('{tmp_path}/other.csv')")
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("insert into freshdesk.books (id) values (1)")


def moved(file: Path, folder: Path) -> Path:
    """The file in a folder that an analyst's DuckDB can open."""
    return file.rename(folder / file.name)


def test_a_file_beside_that_the_name_would_match_is_not_read(tmp_path: Path) -> None:
    """In a folder `a*b` DuckDB would read those of `aXb` too: another account's rows."""
    for name in ("a*b", "aXb"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.csv").write_text(f"name\n{name}\n")
        (tmp_path / name / "1.csv").write_text(f"name\n{name}\n")
    one, all_of_them = paths.read(tmp_path / "a*b" / "rows.csv"), paths.read_all(tmp_path / "a*b", ".csv")
    with duckdb.connect() as connection:
        for chosen in (one, all_of_them):
            found = connection.execute(f"select distinct name from read_csv({chosen}, header = true)")
            assert found.fetchall() == [("a*b",)]


@pytest.mark.parametrize("name", ["what?", "back\\slash", "plain"])
def test_rows_in_the_log_are_found_where_duckdb_keeps_it(tmp_path: Path, name: str) -> None:
    """What is committed without a checkpoint is in the log alone until the file is closed with one."""
    folder = tmp_path / name
    folder.mkdir()
    library = Library(folder)
    library.shape(BOOKS)
    with library.warehouse.open(checkpoint=False) as connection:
        connection.execute("insert into freshdesk.books (id, _synced_at) values (7, now())")
    assert paths.log_of(library.warehouse.path).stat().st_size > 0
    with library.warehouse.open() as connection:
        assert connection.execute("select id from freshdesk.books").fetchall() == [(7,)]


def test_a_link_of_somebody_elses_is_not_followed(tmp_path: Path) -> None:
    """Anyone can make a link in the folder for temporary files, and lead a replica where he likes."""
    folder = tmp_path / "back\\slash"
    folder.mkdir()
    link = Path(paths.plain(folder / "x")).parent
    assert link.resolve() == folder
    link.unlink()
    link.symlink_to(tmp_path)
    try:
        with pytest.raises(OSError, match="is in the way of a link"):
            paths.plain(folder / "x")
    finally:
        link.unlink()
