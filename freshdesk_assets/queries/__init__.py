"""From SQL files to example queries: a file for each table or view, queries/<schema>/<table>.sql.

A file holds two or three queries, each ended by a semicolon. The comment above a query says in one sentence
what it answers. A second comment, `-- Empty …`, says when it returns nothing. `questions.sql` has those that
are asked of a support team as a whole, in the order of their page. `export.sql` is what
`freshdesk-assets compare` asks.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.query import Query

FOLDER = Path(__file__).parent
FEWEST, MOST = 2, 3
END = re.compile(r";[ \t]*(?:\n|\Z)")
EMPTY = "Empty "


@cache
def declared_queries() -> Mapping[tuple[str, str], tuple[Query, ...]]:
    """Every query of this package, by the schema and the table it is about."""
    return {(file.parent.name, file.stem): read_queries(file) for file in sorted(FOLDER.glob("*/*.sql"))}


@cache
def declared_questions() -> tuple[Query, ...]:
    """The questions that are about no table in particular, in the order of their page."""
    file = FOLDER / "questions.sql"
    where = f"queries {file.name}"
    return tuple(_read(statement, file, where) for statement in _statements(file, where))


def export_query() -> str:
    """What the replica has of each ticket, to compare it with an export of Freshdesk's UI."""
    return (FOLDER / "export.sql").read_text(encoding="utf-8")


def read_queries(file: Path) -> tuple[Query, ...]:
    """The queries of a file; raises DeclarationError with what is wrong in it."""
    where = f"queries {file.parent.name}/{file.name}"
    statements = _statements(file, where)
    if not FEWEST <= len(statements) <= MOST:
        raise DeclarationError(
            f"{where}: it has {len(statements)} queries; write {FEWEST} or {MOST}, each ended by a semicolon"
        )
    return tuple(_read(statement, file, where) for statement in statements)


def _statements(file: Path, where: str) -> list[str]:
    *statements, rest = END.split(file.read_text(encoding="utf-8"))
    if rest.strip():
        raise DeclarationError(f"{where}: its last query does not end with a semicolon")
    return [statement.strip() for statement in statements]


def _read(statement: str, file: Path, where: str) -> Query:
    lines = statement.splitlines()
    length = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    said = [line.removeprefix("--").strip() for line in lines[:length]]
    sql = "\n".join(lines[length:]).strip()
    at = next((at for at, line in enumerate(said) if line.startswith(EMPTY)), len(said))
    question, nothing = " ".join(said[:at]), " ".join(said[at:])
    if not question.endswith((".", "?")):
        first = next(iter(sql.splitlines()), "")
        raise DeclarationError(
            f"{where}: the query that begins with {first!r} has no comment above it that says in a sentence "
            "what it answers"
        )
    if nothing and not nothing.endswith("."):
        raise DeclarationError(f"{where}: {nothing!r} does not end in a full stop")
    return Query(schema=file.parent.name, table=file.stem, question=question, nothing=nothing, sql=sql)
