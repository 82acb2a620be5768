"""From names and strings to quoted SQL, and from a query to the one value of its answer."""

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb

ALIAS = "replica"
"""The catalog name while we have the file open. Never the file's own name: a file `freshdesk.duckdb`
opened under the name `freshdesk` makes every mention of the schema `freshdesk` ambiguous to DuckDB."""


def identifier(name: str) -> str:
    """A name as SQL quotes it, keywords and odd characters included."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """A string as SQL quotes it."""
    return "'" + value.replace("'", "''") + "'"


def pointer(*keys: str) -> str:
    """The JSON pointer of a value, whatever characters its keys have.

    A path like `$."key"` can name neither the empty key nor a key with an asterisk.
    """
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)


def scalar(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    values: Sequence[object] | Mapping[str, object] = (),
) -> Any:
    """The first value of the first row of the answer; None without a row."""
    found = connection.execute(statement, values).fetchone()
    return found[0] if found else None


def number(
    connection: duckdb.DuckDBPyConnection,
    statement: str,
    values: Sequence[object] | Mapping[str, object] = (),
) -> int:
    """The number that a query counts, or of the rows that a statement wrote; 0 for null."""
    return int(scalar(connection, statement, values) or 0)
