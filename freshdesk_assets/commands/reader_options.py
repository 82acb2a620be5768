"""The options of the commands that only read what is stored: `query`, `tables`, `compare`."""

import argparse


def add_readers(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands that ask the published copy, or the replica where there is none."""
    ask = commands.add_parser(
        "query",
        help="answer a query in SQL from what is stored",
        description="Reads the published copy, or the replica where there is none. Nothing can be written."
        " Times are in UTC.",
    )
    asked = ask.add_mutually_exclusive_group(required=True)
    asked.add_argument("sql", nargs="?", metavar="SQL", help="the query; - reads it from the standard input")
    asked.add_argument("--file", metavar="FILE", help="a file with the query; - for the standard input")
    ask.add_argument(
        "--format",
        choices=("table", "csv", "json"),
        default="table",
        help="how the answer is written; csv and json have all rows, a table the first and last hundred",
    )
    ask.add_argument(
        "--all-accounts",
        action="store_true",
        help="ask the views over all accounts, whose column `account` says whose a row is",
    )
    shown = commands.add_parser(
        "tables",
        help="list what can be asked: tables and views, or the columns of one",
        description="Reads the published copy, or the replica where there is none.",
    )
    shown.add_argument("name", nargs="?", metavar="SCHEMA[.TABLE]", help="a schema, or a table or view in it")
    every = commands.add_parser(
        "accounts",
        help="list the accounts of FRESHDESK_ACCOUNTS",
        description="Says where the rows of each are.",
    )
    every.add_argument(
        "--attach",
        action="store_true",
        help="make the views over all accounts, and print the SQL that opens them in any DuckDB",
    )
    commands.add_parser(
        "workspace",
        help="print a workspace.yaml with a code location for each account",
        description="For more than ten accounts: `freshdesk-assets workspace > workspace.yaml`.",
    )
    against = commands.add_parser(
        "compare",
        help="compare the metrics with a CSV of tickets exported from Freshdesk",
        description="Says by column how many are equal and which tickets differ. Sends nothing to Freshdesk.",
    )
    against.add_argument("file", metavar="FILE.csv", help="the export, with a column Ticket ID")
