"""From the name of a DuckDB extension to the extension loaded: of this machine, or of a Python package."""

from importlib.util import find_spec
from pathlib import Path

import duckdb

from freshdesk_assets.warehouse.paths import plain
from freshdesk_assets.warehouse.sql import literal


def load(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Load an extension without a network; returns whether it is there for this version of DuckDB."""
    # On a connection of its own: what fails would end a transaction of this one.
    with connection.cursor() as beside:
        for place in (name, *_packaged(name)):
            try:
                beside.execute(f"load {place}")
            except duckdb.Error:
                continue
            return True
    return False


def _packaged(name: str) -> list[str]:
    """The extension's file in its Python package, `duckdb-extension-<name>`."""
    found = find_spec(f"duckdb_extension_{name}")
    places = found.submodule_search_locations if found else None
    return [
        literal(plain(file))
        for place in places or ()
        for file in Path(place).glob(f"extensions/v{duckdb.__version__}/{name}.duckdb_extension")
    ]
