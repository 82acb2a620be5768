"""`freshdesk-assets export`, read back with plain DuckDB."""
