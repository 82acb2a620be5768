"""The options of `sync` and `plan` that choose days and tables."""

import argparse
from datetime import UTC, date, datetime


def add_scope(command: argparse.ArgumentParser) -> None:
    """The options that choose days and tables."""
    command.add_argument("--from", dest="first", type=_day, metavar="DATE", help="first day, like 2026-01-31")
    command.add_argument("--to", dest="last", type=_day, metavar="DATE", help="last day; today if left out")
    command.add_argument(
        "--select",
        default=None,
        metavar="SELECTION",
        help="tables, like tickets,contacts, or a Dagster asset selection, like 'group:people'",
    )
    command.add_argument(
        "--whole",
        action="store_true",
        help="read again from the start date, whatever is remembered: whole lists, and each row's own call",
    )


def _day(given: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(given), datetime.min.time(), tzinfo=UTC)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{given!r} is not a day like 2026-01-31") from None
