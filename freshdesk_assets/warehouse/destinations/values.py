"""The values of rows that DuckLake keeps in a catalogue, and how they are forgotten."""

VALUES = ("ducklake_table_column_stats", "ducklake_file_column_stats")
"""The tables of a catalogue in which there are values of rows."""

FORGET = """
update {at}ducklake_table_column_stats
set min_value = null, max_value = null, extra_stats = null
where column_id in (
  select c.column_id
  from {at}ducklake_column c
  where
    c.table_id = ducklake_table_column_stats.table_id
    and lower(c.column_type) in ('varchar', 'json', 'blob')
)
"""
"""Forgets the least and the greatest text that there ever was in a column: DuckLake 1.5.5 only widens them.
Each file has its own, by which it is passed over."""
