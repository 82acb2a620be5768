"""The only room that knows DuckDB: the file, rows landed without loss, what is made of them, the ledger."""
