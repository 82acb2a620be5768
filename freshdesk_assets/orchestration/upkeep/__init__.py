"""Wing: what looks after an unattended replica: incidents, alerts, removal of old records."""
