"""From DuckDB's names and types to those that every warehouse loads."""

import re
from collections.abc import Iterable

from freshdesk_assets.warehouse.sql import identifier

LONGEST = 127
"""The longest name of a column that Redshift takes; BigQuery and Snowflake take more."""

REFUSED = re.compile(r"_table_|_file_|_partition|_row_timestamp|__root__|_colidentifier|_change_type", re.I)
"""How no column's name may begin in BigQuery."""

KINDS: tuple[tuple[str, str, str], ...] = (
    # DuckDB's type, how its value is written ({} is the column), and as what Parquet has it.
    (r"JSON", "{}::varchar", "BYTE_ARRAY (STRING)"),
    (r"VARCHAR|ENUM\(.*\)|UUID|INTERVAL|BIT|TIME WITH TIME ZONE", "{}::varchar", "BYTE_ARRAY (STRING)"),
    (r"BIGINT", "{}", "INT64"),
    (r"INTEGER", "{}", "INT32"),
    (r"TINYINT|SMALLINT|UTINYINT|USMALLINT", "{}::integer", "INT32"),
    (r"UINTEGER", "{}::bigint", "INT64"),
    # DuckDB writes these as a fraction, or without a sign: neither is what it was.
    (r"UBIGINT|U?HUGEINT|BIGNUM", "{}::decimal(38, 0)", "FIXED_LEN_BYTE_ARRAY (DECIMAL(38, 0))"),
    (r"BOOLEAN", "{}", "BOOLEAN"),
    (r"DOUBLE", "{}", "DOUBLE"),
    (r"FLOAT", "{}", "FLOAT"),
    (r"DATE", "{}", "INT32 (DATE)"),
    (r"TIME", "{}", "INT64 (TIME)"),
    (r"TIMESTAMP WITH TIME ZONE", "{}", "INT64 (TIMESTAMP, microseconds, UTC)"),
    (r"TIMESTAMP(_S|_MS|_NS)?", "{}::timestamp", "INT64 (TIMESTAMP, microseconds, without a zone)"),
    (r"DECIMAL\((\d+),(\d+)\)", "{}", "DECIMAL"),
    (r"BLOB", "{}", "BYTE_ARRAY"),
)


def as_written(column: str, type_: str) -> tuple[str, str]:
    """The SQL of a column's value as it is written, and as what Parquet has it.

    Lists stay lists. What no warehouse loads, as a map, is written as JSON text.
    """
    name = identifier(column)
    for form, written, parquet in KINDS:
        if re.fullmatch(form, type_):
            return written.format(name), parquet
    if (element := type_.removesuffix("[]")) != type_:
        for form, written, parquet in KINDS:
            if re.fullmatch(form, element):
                cast = written.partition("::")[2]
                return (f"{name}::{cast}[]" if cast else name), f"LIST of {parquet}"
    return f"to_json({name})::varchar", "BYTE_ARRAY (STRING)"


def loadable(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """By name the one under which it is written: letters, digits and underscores, alone in any case.

    What has other characters has underscores for them. Where two names would become one, the later has a
    number behind it.
    """
    used, found = {name.lower() for name in taken}, dict[str, str]()
    for name in sorted(names, key=lambda name: _plain(name) != name):
        given, number = _plain(name), 1
        while given.lower() in used:
            number += 1
            given = f"{_plain(name)[: LONGEST - 8]}_{number}"
        used.add(given.lower())
        found[name] = given
    return found


def _plain(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
    if plain[0].isdigit() or REFUSED.match(plain):
        plain = f"x_{plain}"
    return plain[:LONGEST]
