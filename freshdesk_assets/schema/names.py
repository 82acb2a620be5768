"""The schemas of the DuckDB file whose names the replica decides."""

SCHEMA = "freshdesk"
"""The schema of the tables, child tables and histories."""

META = "freshdesk_meta"
"""The schema of the ledger."""
