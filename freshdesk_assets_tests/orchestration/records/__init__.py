"""Tests of the run records."""
