"""From what is declared and what the file has to the tables and views that are exported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.warehouse.exporting.types import as_written, loadable
from freshdesk_assets.warehouse.file import Connection, WarehouseError
from freshdesk_assets.warehouse.ledger.view_comments import comments_of_views
from freshdesk_assets.warehouse.sql import identifier

Place = tuple[str, str]
"""Schema and name of a table or view."""

PARTITIONS = {"day": "partition_day", "month": "partition_month"}
"""The column that a partition's folder is named after, by how long a partition is."""

NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"
"""The name that Hive has for the partition of null."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What declarations say of a table or view that its columns in the file do not.

    - `key`: the columns that identify a row; none for a view.
    - `time`: the column that decides in which partition a row is; "" for a table without one.
    - `references`: by column, the `table.column` that it refers to.
    - `personal`: the columns that may name or describe a person.
    """

    key: tuple[str, ...] = ()
    time: str = ""
    references: Mapping[str, str] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A column: its name and type in DuckDB, its name and value as written, and its Parquet type."""

    name: str
    type: str
    doc: str
    written_as: str
    value: str
    parquet: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """A table or view that is exported; `partition` is the column its partitions have, "" without any."""

    place: Place
    folder: str
    doc: str
    stored: bool
    about: About
    partition: str
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        """Its name as messages have it."""
        return ".".join(self.place)

    @property
    def source(self) -> str:
        """Its name as SQL quotes it."""
        return ".".join(map(identifier, self.place))

    @property
    def selected(self) -> str:
        """The columns as they are written."""
        return ", ".join(f"{each.value} as {identifier(each.written_as)}" for each in self.fields)


def exported_tables(
    connection: Connection,
    declared: Mapping[Place, About],
    *,
    schemas: Iterable[str] = (),
    names: Iterable[str] = (),
    by: str,
) -> list[Exported]:
    """What of the file is exported, by name: what is declared, or what is named; raises WarehouseError.

    A schema that is named is exported with all that it has, the user's own tables too.
    """
    there = _there(connection)
    known = {place for place in there if place in declared} | _of_kinds(connection, there)
    schemas, names = list(schemas), list(names)
    for schema in schemas:
        if schema not in {place[0] for place in there}:
            raise WarehouseError(_unknown("schema", schema, sorted({place[0] for place in there})))
    chosen = {place for place in there if place[0] in schemas} if schemas else set(known)
    if names:
        within = chosen if schemas else set(there)
        chosen = {place for name in names for place in _named(name, within, set(known))}
    folders = _folders(there)
    columns = _columns(connection)
    return [
        _exported(place, folders[place], there[place], declared.get(place, About()), columns[place], by)
        for place in sorted(chosen)
    ]


def _folders(places: Iterable[Place]) -> dict[Place, str]:
    """The folder of each: its name is what the table can be called in a warehouse."""
    named: dict[str, list[str]] = {}
    for schema, name in places:
        named.setdefault(schema, []).append(name)
    of_schemas = loadable(named)
    return {
        (schema, name): f"{of_schemas[schema]}/{folder}"
        for schema, names in named.items()
        for name, folder in loadable(names).items()
    }


def _named(name: str, within: set[Place], known: set[Place]) -> set[Place]:
    """The places of a name; one without a schema is that of a table, or else of every view called so."""
    schema, dot, table = name.rpartition(".")
    if dot:
        found = {place for place in within if place == (schema, table)}
    else:
        found = {place for place in within if place[1] == table}
        found = found & {(SCHEMA, table)} or found & known or found
    if not found:
        every = sorted({place[1] for place in within} | {".".join(place) for place in within})
        raise WarehouseError(_unknown("table or view", name, every))
    return found


def _unknown(what: str, name: str, every: list[str]) -> str:
    near = get_close_matches(name, every, n=1)
    said = f" did you mean {near[0]}?" if near else ""
    return f"there is no {what} {name} to export:{said or ' `freshdesk-assets tables` lists what there is'}"


def _there(connection: Connection) -> dict[Place, tuple[bool, str]]:
    """By place, whether rows are stored there, and what its comment says."""
    rows = connection.execute(
        "select schema_name, table_name, true, coalesce(comment, '') from duckdb_tables()"
        " where not internal and not temporary and database_name = current_database()"
        " union all select schema_name, view_name, false, coalesce(comment, '') from duckdb_views()"
        " where not internal and not temporary and database_name = current_database()"
    ).fetchall()
    return {(schema, name): (stored, doc) for schema, name, stored, doc in rows if schema != META}


def _of_kinds(connection: Connection, there: Mapping[Place, object]) -> set[Place]:
    """The views of the kinds of rows that the account defines, which no declaration names."""
    record = (
        "select 1 from duckdb_tables() where schema_name = ? and table_name = 'kind_views'"
        " and database_name = current_database()"
    )
    if connection.execute(record, [META]).fetchone() is None:
        return set()
    rows = connection.execute(f"select schema_name, view_name from {META}.kind_views").fetchall()
    return {(schema, name) for schema, name in rows if (schema, name) in there}


def _columns(connection: Connection) -> dict[Place, list[tuple[str, str, str]]]:
    found: dict[Place, list[tuple[str, str, str]]] = {}
    said = comments_of_views(connection)
    for schema, table, *column in connection.execute(
        "select schema_name, table_name, column_name, data_type, coalesce(comment, '')"
        " from duckdb_columns() where not internal and database_name = current_database()"
        " order by schema_name, table_name, column_index"
    ).fetchall():
        doc = column[2] or said.get((schema, table, column[0]), "")
        found.setdefault((schema, table), []).append((column[0], column[1], doc))
    return found


def _exported(
    place: Place,
    folder: str,
    said: tuple[bool, str],
    about: About,
    columns: list[tuple[str, str, str]],
    by: str,
) -> Exported:
    stored, doc = said
    written_as = loadable((name for name, *_ in columns), taken=PARTITIONS.values())
    fields = []
    for name, type_, said_of_it in columns:
        value, parquet = as_written(name, type_)
        fields.append(
            Field(
                name=name,
                type=type_,
                doc=said_of_it,
                written_as=written_as[name],
                value=value,
                parquet=parquet,
            )
        )
    return Exported(
        place=place,
        folder=folder,
        doc=doc,
        stored=stored,
        about=about,
        partition=PARTITIONS[by] if about.time in written_as else "",
        fields=tuple(fields),
    )
