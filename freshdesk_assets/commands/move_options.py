"""The options of `freshdesk-assets move`: apart from the command, which takes Dagster to import."""

import argparse


def add_move(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command that carries a replica to another destination."""
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
