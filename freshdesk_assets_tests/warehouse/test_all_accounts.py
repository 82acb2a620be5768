"""Views over the copies of several accounts: of what each has, and replaced in one step."""

from pathlib import Path

import duckdb
import pytest

from freshdesk_assets.warehouse.all_accounts import Together, attaching, reading_all, write_views
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.file import WarehouseError

KEY = "0123456789abcdef-secret"


def copy_of(path: Path, *statements: str, key: str = "") -> Path:
    """A copy that has what the statements make."""
    with duckdb.connect() as connection:
        if key:
            connection.execute("set force_mbedtls_unsafe = true")
        option = f"(encryption_key '{key}')" if key else ""
        connection.execute(f"attach '{path}' as made {option}")
        connection.execute("use made")
        connection.execute("create schema library")
        for statement in statements:
            connection.execute(statement)
        connection.execute("use memory")
        connection.execute("detach made")
    return path


def two(folder: Path, one: str, other: str) -> Together:
    """Two copies, each with what its statement makes."""
    copies = {
        "north": copy_of(folder / "north.duckdb", one),
        "south": copy_of(folder / "south.duckdb", other),
    }
    return Together(target=folder / "all_accounts.duckdb", copies=copies)


def asked(together: Together, sql: str) -> list[tuple[object, ...]]:
    """What a plain DuckDB answers after the printed SQL."""
    with duckdb.connect() as connection:
        connection.execute(attaching(together))
        return connection.execute(sql).fetchall()


def test_columns_are_brought_together_by_name(tmp_path: Path) -> None:
    """Accounts have fields of their own, and a version may add a column to one copy before the other."""
    together = two(
        tmp_path,
        "create table library.books as select 1 as id, 'red' as colour",
        "create table library.books as select 'old' as state, 2 as id",
    )
    assert write_views(together).left_out == {}
    found = asked(together, "select account, id, colour, state from library.books order by id")
    assert found == [("north", 1, "red", None), ("south", 2, None, "old")]


def test_what_one_account_has_alone_is_there(tmp_path: Path) -> None:
    """Tables by choice are chosen by account."""
    together = two(tmp_path, "create table library.books (id int)", "create table library.maps (id int)")
    write_views(together)
    views = "select view_name from duckdb_views() where database_name = 'all_accounts' and not internal"
    assert asked(together, f"{views} order by all") == [("books",), ("maps",)]


def test_a_column_of_several_types_is_text(tmp_path: Path) -> None:
    """A field may be a number in one account and a list in another. Numbers of several kinds are numbers."""
    together = two(
        tmp_path,
        "create table library.books as select 1 as id, [1] as pages, 1.5 as price, '{\"a\"' as note",
        "create table library.books as select 2 as id, {'a': 1} as pages, 2 as price, '{}'::json as note",
    )
    assert write_views(together).left_out == {}
    found = asked(together, "select account, pages, price::double, note from library.books order by id")
    assert found == [("north", "[1]", 1.5, '{"a"'), ("south", "{'a': 1}", 2.0, "{}")]


def test_what_has_such_a_column_itself_is_left_out_and_named(tmp_path: Path) -> None:
    """The other views are there all the same."""
    together = two(
        tmp_path,
        "create table library.books as select 1 as account; create table library.maps (id int)",
        "create table library.books as select 2 as account; create table library.maps (id int)",
    )
    made = write_views(together)
    assert made.views == 1
    assert list(made.left_out) == ["library.books"]
    assert asked(together, "select count(*) from library.maps") == [(0,)]


def test_an_account_without_a_copy_is_left_out_until_it_has_one(tmp_path: Path) -> None:
    """It was never synced; the others need not wait for it."""
    together = two(tmp_path, "create table library.books (id int)", "create table library.books (id int)")
    (tmp_path / "south.duckdb").unlink()
    write_views(together)
    assert "south" not in attaching(together)
    assert asked(together, "select count(*) from library.books") == [(0,)]
    copy_of(tmp_path / "south.duckdb", "create table library.books as select 7 as id")
    write_views(together)
    assert asked(together, "select account, id from library.books") == [("south", 7)]


def test_views_that_somebody_has_open_are_replaced(tmp_path: Path) -> None:
    """By rename: who has the old file open keeps it. No unfinished file is left behind."""
    together = two(tmp_path, "create table library.books (id int)", "create table library.books (id int)")
    write_views(together)
    before = together.target.stat().st_ino
    with duckdb.connect() as reader:
        reader.execute(attaching(together))
        write_views(together)
        assert reader.execute("select count(*) from library.books").fetchall() == [(0,)]
    assert together.target.stat().st_ino != before
    assert not list(tmp_path.glob("*.unfinished*"))


def test_a_copy_that_cannot_be_opened_leaves_the_views_of_before(tmp_path: Path) -> None:
    """The message names the account and the file."""
    together = two(tmp_path, "create table library.books (id int)", "create table library.books (id int)")
    write_views(together)
    before = together.target.read_bytes()
    (tmp_path / "south.duckdb").write_bytes(b"no database at all")
    with pytest.raises(WarehouseError, match=r"the copy of south, .*south\.duckdb, cannot be opened"):
        write_views(together)
    assert together.target.read_bytes() == before


def test_a_reader_can_write_and_attach_nothing(tmp_path: Path) -> None:
    """`query --all-accounts` is as closed as `query`."""
    together = two(tmp_path, "create table library.books (id int)", "create table library.books (id int)")
    with reading_all(together) as connection:
        assert connection.execute("select count(*) from library.books").fetchall() == [(0,)]
        for statement in (
            "insert into north.library.books values (1)",
            f"copy (select 1) to '{tmp_path / 'x.csv'}'",
            f"attach '{tmp_path / 'x.duckdb'}' as x",
            "set enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)


def test_encrypted_copies_are_read_and_no_key_is_stored_or_printed(tmp_path: Path) -> None:
    """The file of views has no rows; the key is the reader's."""
    copy = copy_of(tmp_path / "north.duckdb", "create table library.books as select 1 as id", key=KEY)
    encryption = Encryption(key=KEY, built_in=True)
    together = Together(
        target=tmp_path / "all_accounts.duckdb", copies={"north": copy}, encryption=encryption
    )
    write_views(together)
    assert KEY.encode() not in together.target.read_bytes()
    assert KEY not in attaching(together)
    with reading_all(together) as connection:
        assert connection.execute("select account, id from library.books").fetchall() == [("north", 1)]
    wrong = Together(
        target=together.target,
        copies={"north": copy},
        encryption=Encryption(key="another-key-0123", built_in=True),
    )
    with pytest.raises(WarehouseError) as refused:
        write_views(wrong)
    assert "another-key" not in str(refused.value)


def test_there_must_be_a_copy_to_be_asked(tmp_path: Path) -> None:
    """The message says how to make one."""
    nothing = Together(target=tmp_path / "all_accounts.duckdb", copies={"north": tmp_path / "no.duckdb"})
    with pytest.raises(WarehouseError, match="freshdesk-assets sync"), reading_all(nothing):
        pass
