"""Tests of HTTP to Freshdesk."""
