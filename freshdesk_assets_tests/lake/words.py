"""Where words are in a lake: in the rows of its files, in what these say of themselves, in its catalogue."""

from collections.abc import Collection
from pathlib import Path

import duckdb
from psycopg.conninfo import conninfo_to_dict

from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets_tests.places import Place, ask
from freshdesk_assets_tests.replica.planted import forms, texts


def held(place: Place, folder: Path, words: Collection[str]) -> set[str]:
    """The files below a folder, and the tables of the catalogue, that hold a word."""
    sought = {form for word in words for form in forms(word)}
    found = set()
    with duckdb.connect() as connection:
        for file in folder.rglob("*.parquet"):
            read = f"select r::varchar from read_parquet('{file}') r"
            said = f"select m::varchar from parquet_metadata('{file}') m"
            rows = connection.execute(f"{read} union all {said}").fetchall()
            found |= {str(file)} if _in(sought, rows) else set()
    found |= {
        name for name, text in texts(folder) if not name.endswith(".parquet") and _in(sought, [(text,)])
    }
    if isinstance(place, Lake) and place.catalogue == "postgres":
        database = str(conninfo_to_dict(place.dsn)["dbname"])
        tables = ask(database, f"select tablename from pg_tables where schemaname = '{place.schema}'")
        assert len(tables) > 15
        for (name,) in tables:
            rows = ask(database, f'select t::text from {place.schema}."{name}" t')
            found |= {name} if _in(sought, rows) else set()
    return found


def _in(sought: set[str], rows: list[tuple[str]]) -> bool:
    text = "\n".join(row for (row,) in rows)
    return any(form in text for form in sought)
