"""The engine: what of a table is missing, what it costs, reading it and landing it; knows no Dagster."""
