"""A replica in a lake is the one that a file would be, whatever happens to catalogue, files and processes.

The catalogue is in a real Postgres, or in SQLite; the files are in a folder, or on a server that speaks S3.
With `FRESHDESK_TEST_DESTINATION=postgres` the tests of `warehouse/` run on a lake as well. `make test-lake`
runs both.
"""
