"""The schemas of the DuckDB file whose names are ours."""

SCHEMA = "freshdesk"
"""Where the tables of the account stand."""

META = "freshdesk_meta"
"""Where the replica keeps what it remembers."""
