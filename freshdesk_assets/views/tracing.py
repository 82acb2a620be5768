"""From a view's SQL to what each of its columns is: its type, and the table columns its values come from."""

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope
from sqlglot.schema import MappingSchema

from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.view import SqlView, Traced

DIALECT = "duckdb"

Shapes = Mapping[tuple[str, str], Mapping[str, str]]
"""By (schema, table) the columns' types, as DuckDB spells them."""

Source = tuple[str, str, str]
Columns = dict[str, Traced]

SPELLED = {"TEXT": "VARCHAR", "TIMESTAMPTZ": "TIMESTAMP WITH TIME ZONE", "INT": "INTEGER"}
"""DuckDB's spelling of a type where sqlglot has another."""


def trace(views: Iterable[SqlView], shapes: Shapes) -> dict[tuple[str, str], Columns]:
    """What the columns of each view are, by (schema, view); a view comes after those it reads.

    Sources are those whose values are shown, not those that are joined or filtered by. Raises
    DeclarationError for a view that cannot be followed.
    """
    schema = MappingSchema(dialect=DIALECT)
    known: dict[tuple[str, str], Columns] = {}
    for place, columns in shapes.items():
        known[place] = {name: Traced(type_, frozenset({(*place, name)})) for name, type_ in columns.items()}
        _add(schema, place, known[place])
    found = {}
    for view in views:
        try:
            found[view.id] = _traced(view, schema, known)
        except SqlglotError as error:
            raise DeclarationError(f"view {view.schema}.{view.name} cannot be followed: {error}") from error
        known[view.schema, view.name.lower()] = {
            name.lower(): column for name, column in found[view.id].items()
        }
        _add(schema, view.id, found[view.id])
    return found


def _add(schema: MappingSchema, place: tuple[str, str], columns: Columns) -> None:
    table = exp.table_(place[1], db=place[0], quoted=True)
    schema.add_table(table, {name: column.type for name, column in columns.items()}, dialect=DIALECT)


def _traced(view: SqlView, schema: MappingSchema, known: Mapping[tuple[str, str], Columns]) -> Columns:
    parsed = parse_one(view.sql, dialect=DIALECT)
    # Qualifying makes every name lower case, as SQL means it: here it is as it is written.
    names = [selected.alias_or_name for selected in _query(parsed).selects]
    qualified = qualify(parsed, schema=schema, dialect=DIALECT, validate_qualify_columns=False)
    typed = annotate_types(qualified, schema=schema, dialect=DIALECT)
    scope = build_scope(typed)
    if scope is None:
        raise DeclarationError(f"view {view.schema}.{view.name} cannot be followed: it is not a query")
    selects = _query(typed).selects
    return {
        name: Traced(_spelled(selects[at]), frozenset(_sources_at(scope, at, known)))
        for at, name in enumerate(names)
    }


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
    """Where the values of a query's column come from, by its place; of both sides of a union."""
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
            # A function of a table's column, like json_each: what it gives is made of its arguments.
            yield from _sources_of(function.this, scope, known)
        case Scope(expression=inside):
            yield from _sources_of(inside, scope, known)
        case _:
            pass
