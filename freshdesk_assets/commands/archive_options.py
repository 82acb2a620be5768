"""The options of `freshdesk-assets archive`: apart from the command, which takes Dagster to import."""

import argparse
from typing import Any


def add_archive(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command that asks for what no list has."""
    search = commands.add_parser(
        "archive",
        help="find tickets that were archived before the first sync",
        description="Asks the archive for each id without a stored ticket, the newest first, a credit each,"
        " and reads the conversations of what it finds. Stop it whenever you like: it goes on where it was.",
    )
    search.add_argument(
        "--ids", metavar="FILE", help="ask only for the ids in this file, a line each or a CSV of the UI"
    )
    search.add_argument(
        "--credits",
        type=_credits,
        metavar="N",
        help="spend so many credits at most; else FRESHDESK_RUN_CREDITS and FRESHDESK_DAY_CREDITS",
    )
    search.add_argument("--dry-run", action="store_true", help="say what it would cost, and ask nothing")
    search.add_argument(
        "--whole",
        action="store_true",
        help="ask for every id from 1 on, however far below all that is stored",
    )
    search.add_argument(
        "--again", action="store_true", help="ask once more for ids that the archive did not have before"
    )


def archive_asked(options: argparse.Namespace) -> dict[str, Any]:
    """What the options ask of the command."""
    return {
        "ids": options.ids,
        "most": options.credits,
        "dry_run": options.dry_run,
        "whole": options.whole,
        "again": options.again,
    }


def _credits(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(f"{given!r} is no number of credits: give one from 1 on, like 2000")
    return int(given)
