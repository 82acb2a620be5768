"""Read all tables and views of a file with the DuckDB of a folder, and nothing else that is installed.

`python -I -S read_everything.py FOLDER FILE [FOLDER…]`: the later folders are importable too. Prints the
version, and how many rows each table and view has whose values can all be read as text; then what cannot be
read into Python, if anything.
"""

import json
import sys

folder, file, *others = sys.argv[1:]
sys.path[:0] = [folder, *others]

import duckdb  # noqa: E402

with duckdb.connect(file, read_only=True) as connection:
    connection.execute("set timezone = 'UTC'")
    places = connection.execute(
        "select table_schema, table_name from information_schema.tables order by all"
    ).fetchall()
    rows, refused = {}, {}
    for schema, name in places:
        place = f'"{schema}"."{name}"'
        rows[f"{schema}.{name}"] = len(
            connection.execute(f"select columns(*)::varchar from {place}").fetchall()
        )
        try:
            connection.execute(f"from {place}").fetchall()
        except duckdb.Error as error:
            refused[f"{schema}.{name}"] = str(error).partition("\n")[0]
print(json.dumps({"version": duckdb.__version__, "rows": rows, "refused": refused}))
