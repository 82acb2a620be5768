"""The options of `freshdesk-assets forget`: apart from the command, which takes Dagster to import."""

import argparse
from typing import Any


def add_forget(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command that forgets a person."""
    person = commands.add_parser(
        "forget",
        help="remove what is known of a contact, for good",
        description="Blanks a contact and the tickets, replies and ratings that are theirs, masks what names"
        " them elsewhere, writes the file, its copy and its page anew, and keeps a keyed mark, so that no"
        " later sync brings them back. Asks Freshdesk nothing, and changes nothing there.",
    )
    who = person.add_mutually_exclusive_group(required=True)
    who.add_argument("--contact", type=_id, metavar="ID", help="the contact's id in Freshdesk")
    who.add_argument("--email", type=_address, metavar="ADDRESS", help="any address of the person")
    person.add_argument("--dry-run", action="store_true", help="say how much it concerns, and change nothing")


def forget_asked(options: argparse.Namespace) -> dict[str, Any]:
    """What the options ask of the command."""
    return {"contact": options.contact, "email": options.email, "dry_run": options.dry_run}


def _id(given: str) -> int:
    if not given.isdecimal() or int(given) < 1:
        raise argparse.ArgumentTypeError(
            "it is no contact's id: give the number that is in their page's address"
        )
    return int(given)


def _address(given: str) -> str:
    if "@" not in given.strip():
        raise argparse.ArgumentTypeError("it is no e-mail address: give one like ada@example.com")
    return given.strip()
