"""The options of the commands about where the replica is: apart from those, which take Dagster to import."""

import argparse


def add_destinations(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The commands that carry a replica to another destination, move it aside, and give it another key."""
    carried = commands.add_parser(
        "move",
        help="carry the replica from the file to a lake, or back",
        description="Copies all that is stored, rows, histories, ledgers, views and comments, to another"
        " destination, and compares counts and hashes before it is kept. Asks Freshdesk nothing, and"
        " removes nothing. A password belongs into PGPASSWORD, for others of this machine see what a"
        " command is given.",
    )
    carried.add_argument(
        "--to",
        required=True,
        metavar="DESTINATION",
        help="the path of a file, ducklake:postgres:… or ducklake:sqlite:…",
    )
    carried.add_argument("--data-path", metavar="PATH", help="the folder or address of a lake's files")
    commands.add_parser(
        "begin-anew",
        help="move the replica aside, so that the next sync makes a new one",
        description="Renames the file, its published copy and its page; deletes nothing.",
    )
    commands.add_parser(
        "rekey",
        help="encrypt the replica with the key that is set",
        description="Writes file and copy anew with FRESHDESK_ENCRYPTION_KEY, or not encrypted without one."
        " The key that they have now is FRESHDESK_FORMER_ENCRYPTION_KEY.",
    )
