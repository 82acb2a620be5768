"""A Freshdesk account, replicated into DuckDB by Dagster assets."""
