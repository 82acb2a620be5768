"""The options of the commands that only read what is stored: `query`, `tables`, `compare`, `export`."""

import argparse
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any


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
    written = commands.add_parser(
        "export",
        help="write tables and views as Parquet files, for a warehouse that loads such",
        description="Makes the folder hold what is chosen, and nothing else: a folder for each table, with"
        " one for each day or month in it, schema.json and manifest.json. What did not change since the last"
        " export is not written again. Reads the published copy, or the replica where there is none.",
    )
    written.add_argument("folder", metavar="FOLDER", help="a folder that is new, or that an export made")
    written.add_argument(
        "--schema",
        nargs="+",
        default=[],
        metavar="SCHEMA",
        help="only these schemas, like freshdesk relations",
    )
    written.add_argument(
        "--tables", nargs="+", default=[], metavar="TABLE", help="only these, like tickets relations.contacts"
    )
    written.add_argument(
        "--by", choices=("day", "month"), default="month", help="how long a partition is; month if left out"
    )
    written.add_argument(
        "--since",
        type=_day,
        metavar="DATE",
        help="of tables with partitions only the rows since this day, like 2026-01-31",
    )
    written.add_argument(
        "--whole", action="store_true", help="write everything again, what did not change too"
    )


def export_asked(options: argparse.Namespace) -> dict[str, Any]:
    """What was asked of `export`, beside the folder."""
    return {
        "schemas": _names(options.schema),
        "names": _names(options.tables),
        "by": options.by,
        "since": options.since,
        "whole": options.whole,
    }


def _names(given: Iterable[str]) -> list[str]:
    """Names, with blanks or commas between."""
    return [name for each in given for name in each.split(",") if name]


def _day(given: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(given), datetime.min.time(), tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given!r} is not a day like 2026-01-31") from None
