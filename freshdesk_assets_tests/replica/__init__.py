"""The whole way: a simulated account, real Dagster runs, a real DuckDB file."""
