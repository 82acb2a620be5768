"""Where a replica may be stored: a DuckDB file, or a lake."""
