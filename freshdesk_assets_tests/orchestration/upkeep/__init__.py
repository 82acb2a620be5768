"""Tests of alerts and of the removal of old records."""
