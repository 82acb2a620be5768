"""Wing: what Dagster shows as assets, and their checks, freshness and metadata."""
