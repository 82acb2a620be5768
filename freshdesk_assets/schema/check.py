"""One check of the data: a SQL query that returns the rows which are wrong."""

from dataclasses import dataclass

from freshdesk_assets.schema.catalog import SourceLine


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlCheck:
    """A query over the replica, and the table (or view) that it checks.

    `place` is the line of its file on which the SQL begins.
    """

    schema: str
    table: str
    name: str
    doc: str
    sql: str
    place: SourceLine

    @property
    def file(self) -> str:
        """Its file, as messages name it."""
        return f"{self.schema}/{self.table}/{self.name}.sql"
