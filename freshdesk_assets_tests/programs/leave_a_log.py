"""`leave_a_log FILE`: write to a DuckDB file and be cut off, so that what was written is in its log alone."""

import os
import sys

import duckdb

if __name__ == "__main__":
    connection = duckdb.connect(sys.argv[1])
    connection.execute("create table mine as select 42 as x")
    os._exit(0)
