"""The room that knows Dagster, tried by real runs over real files."""
