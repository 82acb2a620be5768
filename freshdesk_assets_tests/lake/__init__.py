"""A replica in a lake is the one that a file would be, whatever happens to catalogue, files and processes.

The catalogue is in a real Postgres, or in SQLite; the files are in a folder, or on a server that speaks S3.
With `FRESHDESK_TEST_DESTINATION=postgres` the tests of `warehouse/` and those of the unattended month run on
a lake as well (`make test-lake`, `make test-lake-long`, `make test-lake-slow`).
"""
