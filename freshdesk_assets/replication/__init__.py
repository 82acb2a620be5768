"""The engine: finds what is missing of a table, estimates its cost, reads it, lands it; knows no Dagster."""
