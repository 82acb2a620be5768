"""From the published copies, or the lakes, of several accounts to views over all, with a column `account`.

The views name each copy by its account's prefix, as in `acme.freshdesk.tickets`: who opens their file
attaches the copies under these names. The file has no rows, and is replaced in one step.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

import duckdb
from filelock import FileLock

from freshdesk_assets.warehouse.asking_lake import hushed
from freshdesk_assets.warehouse.destinations.destination import DestinationError
from freshdesk_assets.warehouse.destinations.duckdb_file import STORAGE
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.encryption import Encryption, option, prepare_to_read
from freshdesk_assets.warehouse.ending import ending
from freshdesk_assets.warehouse.file import Connection, WarehouseAway, WarehouseError
from freshdesk_assets.warehouse.paths import opened, plain
from freshdesk_assets.warehouse.publishing import discard, explained, flush
from freshdesk_assets.warehouse.sql import identifier, literal

ACCOUNT = "account"
"""The column of each view that says whose row it is: the account's prefix."""

NUMBER = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|DOUBLE|FLOAT|DECIMAL")
"""Types that DuckDB brings together without losing a row."""

CATALOG = "all_accounts"
"""What the file is attached as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The copies or lakes of all accounts, and the file of the views over them.

    - `copies`: by prefix, where each account's copy is, or will be; or its lake.
    """

    target: Path
    copies: Mapping[str, Path | Lake] = field(hash=False)
    encryption: Encryption | None = None
    storage: str = STORAGE
    mode: str | None = None

    @property
    def present(self) -> dict[str, Path | Lake]:
        """The copies that there are. Raises WarehouseError where a lake does not say."""
        try:
            return {
                prefix: copy
                for prefix, copy in self.copies.items()
                if (copy.exists() if isinstance(copy, Lake) else copy.is_file())
            }
        except DestinationError as error:
            raise WarehouseError(str(error)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """The views over all accounts: how many there are, and why a few are not, by their names."""

    views: int
    left_out: Mapping[str, str]


def write_views(together: Together) -> Made:
    """Make the file of views anew; the old one stays if that fails. Raises WarehouseError.

    Where two processes do so at once, the later one looks at the copies last.
    """
    target = together.target
    unfinished = target.with_name(f"{target.name}.{token_hex(4)}.unfinished")
    mend = "make room or change the folder's rights"
    with explained(target, mend), FileLock(target.with_name(f"{target.name}.lock")):
        try:
            with _attached(together) as connection:
                options = f"storage_version {literal(together.storage)}"
                connection.execute(f"attach {opened(unfinished)} as {CATALOG} ({options})")
                made = _create(connection, together.present)
                connection.execute(f"detach {CATALOG}")
            if together.mode:
                unfinished.chmod(int(together.mode, 8))
            flush(unfinished)
            os.replace(unfinished, target)
            flush(target.parent)
        finally:
            discard(unfinished)
    return made


@contextmanager
def reading_all(together: Together) -> Iterator[Connection]:
    """A connection with each copy under its prefix, read-only, and the views over all of them in use.

    The views are made anew in memory, so they are those of the copies of now. Raises WarehouseError.
    """
    if not together.present:
        raise WarehouseError("no account has a published copy yet: run `freshdesk-assets sync` first")
    with _attached(together) as connection:
        connection.execute(f"attach ':memory:' as {CATALOG}")
        _create(connection, together.present)
        connection.execute(f"use {CATALOG}")
        folders = [f"{each.data_path}/" for each in _lakes(together.present)]
        if folders:
            connection.execute(f"set allowed_directories = [{', '.join(map(literal, folders))}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


def attaching(together: Together) -> str:
    """The SQL that a reader runs first, for any DuckDB; never a key."""
    key = ", encryption_key '…'" if together.encryption else ""
    lines = [
        f"{copy.told(identifier(prefix))};"
        if isinstance(copy, Lake)
        else f"attach {literal(str(copy.resolve()))} as {identifier(prefix)} (read_only{key});"
        for prefix, copy in together.present.items()
    ]
    target = literal(str(together.target.resolve()))
    return "\n".join([*lines, f"attach {target} as {CATALOG} (read_only);", f"use {CATALOG};"])


@contextmanager
def _attached(together: Together) -> Iterator[Connection]:
    """A connection with each copy under its prefix; raises WarehouseError."""
    with ending(duckdb.connect()) as connection:
        connection.execute("set timezone = 'UTC'")
        prepare_to_read(connection, together.encryption)
        for prefix, path in together.present.items():
            if isinstance(path, Lake):
                _attach_lake(connection, path, prefix)
                continue
            try:
                connection.execute(
                    f"attach {literal(plain(path))} as {identifier(prefix)}"
                    f" (read_only{option(together.encryption)})"
                )
            except duckdb.Error as error:
                said = str(error).partition("\n")[0]
                said = together.encryption.hidden(said) if together.encryption else said
                raise WarehouseError(f"the copy of {prefix}, {path}, cannot be opened: {said}") from None
        with hushed(*_lakes(together.present)):
            yield connection


def _lakes(copies: Mapping[str, Path | Lake]) -> list[Lake]:
    return [each for each in copies.values() if isinstance(each, Lake)]


def _attach_lake(connection: Connection, lake: Lake, prefix: str) -> None:
    try:
        lake.prepare(connection)
        connection.execute(lake.reading(identifier(prefix)))
    except DestinationError as error:
        raise WarehouseError(str(error)) from None
    except duckdb.Error as error:
        raise WarehouseError(lake.unread(error) or lake.unopened(error)) from None


def _create(connection: Connection, copies: Mapping[str, Path | Lake]) -> Made:
    """Make the views in the attached catalog."""
    found: dict[tuple[str, str], list[str]] = {}
    comments: dict[tuple[str, str], str] = {}
    rows = connection.execute(
        """
        select database_name, schema_name, table_name, comment
        from duckdb_tables()
        where not internal and not temporary
        union all
        select database_name, schema_name, view_name, comment
        from duckdb_views()
        where not internal and not temporary
        order by all
        """
    ).fetchall()
    for prefix, schema, name, comment in rows:
        if prefix in copies:
            found.setdefault((schema, name), []).append(prefix)
            comments.setdefault((schema, name), comment or "")
    texts = _as_text(connection, copies)

    def of_each(schema: str, name: str) -> Iterator[str]:
        place = f"{identifier(schema)}.{identifier(name)}"
        for prefix in found[schema, name]:
            columns = _columns(texts.get((schema, name, prefix), ()))
            yield f"select {literal(prefix)} as {ACCOUNT}, {columns} from {identifier(prefix)}.{place}"

    left_out: dict[str, str] = {}
    while True:
        connection.execute("begin")
        for schema in sorted({schema for schema, _ in found}):
            connection.execute(f"create schema if not exists {CATALOG}.{identifier(schema)}")
        wanted = [each for each in found if ".".join(each) not in left_out]
        for schema, name in wanted:
            view = f"{CATALOG}.{identifier(schema)}.{identifier(name)}"
            try:
                with hushed(*_lakes(copies)):
                    connection.execute(
                        f"create view {view} as {' union all by name '.join(of_each(schema, name))}"
                    )
            except WarehouseAway:
                raise
            except WarehouseError as error:
                # As where it has such a column itself. DuckDB undoes all that was made with it.
                left_out[f"{schema}.{name}"] = str(error).partition("\n")[0]
                connection.execute("rollback")
                break
            if said := comments[schema, name]:
                connection.execute(f"comment on view {view} is {literal(said)}")
        else:
            connection.execute("commit")
            return Made(views=len(wanted), left_out=left_out)


def _as_text(
    connection: Connection, copies: Mapping[str, Path | Lake]
) -> dict[tuple[str, str, str], list[str]]:
    """By schema, table and prefix: the columns that have other types in other copies, and are text in a view.

    A field may be a number in one account and a list in another. DuckDB would find a type for both, and
    refuse the rows when they are read. Numbers of several kinds are numbers.
    """
    rows = connection.execute(
        """
        select schema_name, table_name, column_name, map_from_entries(list((database_name, data_type)))
        from duckdb_columns()
        where not internal
        and list_contains(?, database_name)
        group by all
        having count(distinct data_type) > 1
        """,
        [list(copies)],
    ).fetchall()
    found: dict[tuple[str, str, str], list[str]] = {}
    for schema, table, column, types in rows:
        if not all(NUMBER.match(each) for each in types.values()):
            for prefix in types:
                found.setdefault((schema, table, prefix), []).append(column)
    return found


def _columns(texts: Sequence[str]) -> str:
    """All columns of a table, some of them as text."""
    casts = (f"{identifier(name)}::varchar as {identifier(name)}" for name in texts)
    return f"* replace ({', '.join(casts)})" if texts else "*"
