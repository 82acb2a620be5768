"""From a file of rows on disk to a temporary table: typed by DuckDB, one row per key, the newest."""

from typing import Any

import duckdb

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.endpoint import Value
from freshdesk_assets.schema.payload import payload_tree
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.landing.fitting import (
    EXTRA,
    TAKEN_APART,
    VERBATIM,
    Fitter,
)
from freshdesk_assets.warehouse.landing.spool import Batch, SpooledFile
from freshdesk_assets.warehouse.ledger.tables import version_of
from freshdesk_assets.warehouse.paths import read
from freshdesk_assets.warehouse.shape import is_odd
from freshdesk_assets.warehouse.sql import identifier, literal

MAXIMUM_OBJECT = 16 * 1024 * 1024
"""DuckDB's own bound for one JSON object, raised for a file that holds a longer one."""

FIRST, LAST = "timestamptz '0001-01-01 00:00:00+00'", "timestamptz '9999-12-31 23:59:59.999999+00'"
"""The times that programs can read: DuckDB has years beyond, to which a zone can lead."""


class OutOfReach(Exception):
    """A time of a year that DuckDB has and others have not."""


REFUSALS = (
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.ParserException,
    OutOfReach,
)


def parse(connection: Connection, batch: Batch) -> list[str]:
    """A temporary table for each of the batch's files; must come first in its transaction.

    A file that DuckDB refuses, or that has a time out of reach, is taken apart row by row and read again. The
    refusal ends the transaction, and with it the tables made so far, so all files are read anew.
    """
    mended: set[int] = set()
    while True:
        names: list[str] = []
        for position, file in enumerate(batch.files):
            try:
                names.append(_parsed(connection, batch.table, file, f"temp.batch_{position}"))
            except REFUSALS:
                if position in mended:
                    raise
                connection.execute("rollback")
                connection.execute("begin")
                _mend(batch, file)
                mended.add(position)
                break
        else:
            return names


def _parsed(connection: Connection, table: Table, file: SpooledFile, name: str) -> str:
    connection.execute(
        f"create or replace temp table {name.removeprefix('temp.')} as {select_rows(table, file)}"
    )
    key = ", ".join(identifier(column) for column in table.key)
    times = [identifier(column.name) for column in table.columns if column.type is Type.TIMESTAMPTZ]
    reached = " and ".join(f"coalesce(bool_and({each} between {FIRST} and {LAST}), true)" for each in times)
    counted = connection.execute(
        f"select count(*), count(distinct ({key})), {reached or True} from {name}"
    ).fetchone()
    if counted and not counted[2]:
        raise OutOfReach
    if counted and counted[0] != counted[1]:
        # Row ids follow the order of the file: of two rows at one version, the later was read later.
        newest = f"{version_of(table, 'b')} desc nulls last, b.rowid desc"
        connection.execute(
            f"delete from {name} where rowid in (select b.rowid from {name} b"
            f" qualify row_number() over (partition by {key} order by {newest}) > 1)"
        )
    return name


def select_rows(table: Table, file: SpooledFile) -> str:
    """The query that reads the file in the table's columns, and what did not fit them."""
    values = ",\n  ".join(
        f"{_value(column, file.defaults.get(column.name))} as {identifier(column.name)}"
        for column in table.columns
    )
    types = {key: _payload_type(branch) for key, branch in payload_tree(table).items()}
    if documents := [identifier(column.name) for column in table.columns if column.type is Type.JSON]:
        types[VERBATIM] = f"STRUCT({', '.join(f'{name} VARCHAR' for name in documents)})"
    types[EXTRA] = "VARCHAR"
    columns = ", ".join(f"{literal(key)}: {literal(type_)}" for key, type_ in types.items())
    size = max(MAXIMUM_OBJECT, file.longest + 1)
    return f"""
select
  {values},
  {EXTRA}::json as {EXTRA}
from read_json({read(file.path)}, format = 'newline_delimited', maximum_object_size = {size},
  columns = {{{columns}}})
"""


def _value(column: Column, default: Value | None) -> str:
    place = ".".join(identifier(step) for step in column.steps)
    if column.type is Type.JSON:
        place = f"coalesce({VERBATIM}.{identifier(column.name)}::json, {place})"
    if default is not None:
        place = f"coalesce({place}, {literal(default) if isinstance(default, str) else str(default).lower()})"
    if column.default is not None:
        odd = is_odd(column, f"{EXTRA}::json")
        place = f"coalesce({place}, case when not {odd} then {column.default} end)"
    return place


def _payload_type(branch: Any) -> str:
    """The DuckDB type of a key of the payload."""
    if isinstance(branch, Column):
        return str(branch.type)
    return (
        "STRUCT(" + ", ".join(f"{identifier(key)} {_payload_type(sub)}" for key, sub in branch.items()) + ")"
    )


def _mend(batch: Batch, file: SpooledFile) -> None:
    """Take apart the rows that passed as fitting: DuckDB is the first to notice keys sent twice."""
    fitter = Fitter(batch.table)
    mended = file.path.with_suffix(".mended")
    with file.path.open("rb") as lines, mended.open("wb") as out:
        for line in lines:
            row = line.rstrip(b"\n")
            if not row.startswith(TAKEN_APART):
                try:
                    row = fitter.fit(row)
                except ValueError:
                    batch.rejected.append(row)
                    file.rows -= 1
                    continue
                file.longest = max(file.longest, len(row))
            out.write(row + b"\n")
    mended.replace(file.path)
