"""The simulator does what the API sheet says."""
