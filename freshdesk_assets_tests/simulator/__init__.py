"""The simulator does what docs/freshdesk_api.md says."""
