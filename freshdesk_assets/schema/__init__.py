"""The language in which tables are declared; standard library only."""
