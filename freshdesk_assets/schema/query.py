"""A query that shows what a table is good for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """A question that people ask of a table, or view, and the SQL that answers it.

    `nothing` is a sentence that says when the answer is empty; it is blank where the answer never is.
    """

    schema: str
    table: str
    question: str
    nothing: str
    sql: str
