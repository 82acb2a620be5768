"""From declarations and the engine to Dagster: assets, checks, resources, jobs, schedules and sensors."""
