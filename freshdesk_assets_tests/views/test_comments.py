"""Whoever opens the file in any SQL client finds out what everything in it means."""

import duckdb


def test_every_table_view_and_column_says_what_it_is(replica: duckdb.DuckDBPyConnection) -> None:
    silent = replica.execute(
        """
        select schema_name || '.' || table_name from duckdb_tables() where comment is null
        union all
        select schema_name || '.' || view_name from duckdb_views() where comment is null and not internal
        union all
        select schema_name || '.' || table_name || '.' || column_name
        from duckdb_columns() where comment is null and not internal
        """
    ).fetchall()
    assert silent == []


def test_every_reference_is_counted_and_none_leads_nowhere(replica: duckdb.DuckDBPyConnection) -> None:
    """The simulated account is whole: an orphan would be a row that the replica lost."""
    counted = replica.execute(
        'select count(*), sum("references"), sum(orphans) from relations.foreign_keys'
    ).fetchone()
    assert counted is not None
    assert counted[0] > 30
    assert counted[1] > 1000
    assert counted[2] == 0
