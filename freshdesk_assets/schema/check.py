"""A check of one's own: a SQL query that returns the rows which are wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheck:
    """A query over the replica, and the table (or view) that it checks."""

    schema: str
    table: str
    name: str
    doc: str
    sql: str
