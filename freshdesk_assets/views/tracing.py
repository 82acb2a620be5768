"""From a view's SQL to what each of its columns is: its type, and the table columns its values come from."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.view import Shapes, SqlView, Traced

DIALECT = "duckdb"

Source = tuple[str, str, str]
Columns = dict[str, Traced]

SPELLED = {"TEXT": "VARCHAR", "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE", "INT": "INTEGER"}
"""DuckDB's spelling of a type where sqlglot has another."""

OF_DUCKDB = {"information_schema", "pg_catalog"}
"""Schemas that are in every file."""


def trace(views: Iterable[SqlView], shapes: Shapes) -> dict[tuple[str, str], Columns]:
    """What the columns of each view are, by (schema, view); a view comes after those it reads.

    Sources are the columns whose values are shown, not those that are joined or filtered by. Raises
    DeclarationError for a view that cannot be followed, or that reads a table or column that does not exist.
    """
    catalog = _Catalog(shapes)
    found = {}
    for view in views:
        where = f"view {view.file}"
        columns = catalog.columns_of(parse(view.sql, where, view.place.line), where)
        found[view.id] = columns
        catalog.add((view.schema, view.name), columns, whole=view.family is None)
    return found


def bind(checks: Iterable[SqlCheck], shapes: Shapes) -> None:
    """Raise DeclarationError for a check that is no query, or reads a table or column that does not exist."""
    catalog = _Catalog(shapes)
    for check in checks:
        where = f"check {check.file}"
        query = parse(check.sql, where, check.place.line)
        if catalog.knows_all(query, where):
            catalog.qualified(query, where, whole=True)


def parse(sql: str, where: str, line: int = 1) -> exp.Query:
    """The query parsed; raises DeclarationError for SQL that is none. In its file it begins on `line`."""
    try:
        parsed = parse_one("\n" * (line - 1) + sql, dialect=DIALECT)
    except SqlglotError as error:
        raise DeclarationError(f"{where}: its SQL cannot be parsed: {_said(error)}") from error
    if not isinstance(parsed, exp.Query):
        raise DeclarationError(f"{where}: its SQL is not one query; write a single select")
    return parsed


def condition_amiss(condition: str, columns: Collection[str]) -> str | None:
    """What is wrong with a condition on these columns of one row, in words; None if nothing is."""
    try:
        parsed = parse_one(f"select 1 where ({condition})", dialect=DIALECT)
    except SqlglotError:
        return f"is {condition!r}, which is no condition: write SQL like priority >= 3"
    where = parsed.find(exp.Where)
    if not isinstance(parsed, exp.Select) or where is None or any(True for _ in where.find_all(exp.Query)):
        return f"is {condition!r}: write one condition on the columns of a row, without a query in it"
    named = {column.name.lower() for column in where.find_all(exp.Column)}
    if odd := sorted(named - set(columns)):
        near = get_close_matches(odd[0], columns, n=1)
        return f"names {odd[0]}, which is no such column" + (f": did you mean {near[0]}?" if near else "")
    return None


def tables_in(query: exp.Query, where: str) -> frozenset[tuple[str, str]]:
    """The tables and views that a query names, as (schema, name)."""
    defined = {cte.alias for cte in query.find_all(exp.CTE)}
    named = set()
    for table in query.find_all(exp.Table):
        if table.db:
            named.add((table.db, table.name))
        elif table.name and table.name not in defined:
            raise DeclarationError(
                f"{where}: it reads {table.name} without its schema; write schema.{table.name}"
            )
    return frozenset(named)


class _Catalog:
    """The tables and views that a query may read, and what is known of their columns."""

    def __init__(self, shapes: Shapes) -> None:
        self._schema = MappingSchema(dialect=DIALECT)
        self._known: dict[tuple[str, str], Columns] = {}
        # Tables and views with further columns that are not known here.
        self._open: set[tuple[str, str]] = set()
        for place, columns in shapes.items():
            known = {name: Traced(type_, frozenset({(*place, name)})) for name, type_ in columns.items()}
            self.add(place, known, whole=bool(columns))

    def add(self, place: tuple[str, str], columns: Columns, *, whole: bool) -> None:
        """Add a table or view; `whole` says whether it has no other columns than these."""
        lowered = (place[0].lower(), place[1].lower())
        self._known[lowered] = {name.lower(): column for name, column in columns.items()}
        if columns:
            table = exp.table_(place[1], db=place[0], quoted=True)
            shape = {name: column.type for name, column in columns.items()}
            self._schema.add_table(table, shape, dialect=DIALECT)
        if not whole:
            self._open.add(lowered)

    def knows_all(self, query: exp.Query, where: str) -> bool:
        """Whether all columns of what a query reads are known; DeclarationError if a table does not exist."""
        whole = True
        for schema, name in sorted(tables_in(query, where)):
            lowered = (schema.lower(), name.lower())
            if lowered in self._open or lowered[0] in OF_DUCKDB:
                whole = False
            elif lowered not in self._known:
                raise DeclarationError(
                    f"{where}: it reads {schema}.{name}, which is neither a table nor a view; mend the name,"
                    " or declare it"
                )
        return whole

    def qualified(self, query: exp.Query, where: str, *, whole: bool) -> exp.Query:
        """The query with every column's table named; with `whole`, each column must be a known one."""
        try:
            done = qualify(query, schema=self._schema, dialect=DIALECT, validate_qualify_columns=whole)
        except SqlglotError as error:
            why = "it reads a column that does not exist; mend the name, or declare the column"
            raise DeclarationError(
                f"{where}: {why if whole else 'its SQL cannot be followed'}: {_said(error)}"
            ) from error
        return _query(done)

    def columns_of(self, query: exp.Query, where: str) -> Columns:
        """The columns of a query: their types and sources."""
        # Taken before qualifying, which makes every name lower case.
        names = [selected.alias_or_name for selected in query.selects]
        qualified = self.qualified(query, where, whole=self.knows_all(query, where))
        try:
            typed = _query(annotate_types(qualified, schema=self._schema, dialect=DIALECT))
            scope = build_scope(typed)
        except SqlglotError as error:
            raise DeclarationError(f"{where}: its SQL cannot be followed: {_said(error)}") from error
        if scope is None:
            raise DeclarationError(f"{where}: its SQL cannot be followed, for it is not a query")
        return {
            name: Traced(_spelled(typed.selects[at]), frozenset(_sources_at(scope, at, self._known)))
            for at, name in enumerate(names)
        }


def _said(error: SqlglotError) -> str:
    """What sqlglot says, without the piece of SQL that it shows."""
    return str(error).partition("\n")[0].rstrip(".") + "."


def _query(expression: exp.Expr) -> exp.Query:
    if not isinstance(expression, exp.Query):
        raise SqlglotError("it is not a query")
    return expression


def _spelled(selected: exp.Expr) -> str:
    """The type as DuckDB prints it."""
    type_ = selected.type
    if type_ is None:
        return "UNKNOWN"
    spelled = type_.sql(dialect=DIALECT)
    item = spelled.removesuffix("[]")
    return SPELLED.get(item, item) + spelled[len(item) :]


def _sources_at(scope: Scope, at: int, known: Mapping[tuple[str, str], Columns]) -> Iterator[Source]:
    """Where the values of the query's column at a position come from; of both sides of a union."""
    if scope.set_operation_scopes:
        for side in scope.set_operation_scopes:
            yield from _sources_at(side, at, known)
        return
    yield from _sources_of(_query(scope.expression).selects[at], scope, known)


def _sources_of(
    expression: exp.Expr, scope: Scope, known: Mapping[tuple[str, str], Columns]
) -> Iterator[Source]:
    for node in expression.walk(prune=lambda each: isinstance(each, exp.Query)):
        if isinstance(node, exp.Column):
            yield from _sources_of_column(node, scope, known)


def _sources_of_column(
    column: exp.Column, scope: Scope, known: Mapping[tuple[str, str], Columns]
) -> Iterator[Source]:
    match scope.sources.get(column.table):
        case exp.Table() as table if isinstance(table.this, exp.Identifier):
            columns = known.get((table.db, table.name)) or known.get((table.db, table.name.lower()), {})
            if column.name in columns:
                yield from columns[column.name].sources
        case Scope(expression=exp.Query() as query) as inner:
            names = [selected.alias_or_name for selected in query.selects]
            if column.name in names:
                yield from _sources_at(inner, names.index(column.name), known)
        case exp.Table() as function:
            # A table function, like json_each: its values are made of its arguments.
            yield from _sources_of(function.this, scope, known)
        case Scope(expression=inside):
            yield from _sources_of(inside, scope, known)
        case _:
            pass
