"""The only room that knows Dagster: assets, resources, runs."""
