"""Where a replica may be: a DuckDB file, or a lake. What is above knows `destination.Destination` alone."""
