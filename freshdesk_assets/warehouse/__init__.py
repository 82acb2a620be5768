"""The only room that knows DuckDB: files, shapes, and rows landed without loss."""
