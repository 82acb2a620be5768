"""The package that imports Dagster, tested by real runs on real files."""
