"""The warehouse room against real DuckDB files; the tables are a library's."""
