"""Measures what the replica costs, and in the same run the physical limit of each figure."""
