"""A query that shows what a table is good for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A question that people ask of a table, or view, and the SQL that answers it.

    `nothing` says when the answer is empty, in a sentence; it is blank where there is always something.
    """

    schema: str
    table: str
    question: str
    nothing: str
    sql: str
