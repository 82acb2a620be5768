"""The simulator's own account of what is true of a world: every metric, event by event, in plain Python."""
