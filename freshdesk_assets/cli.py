"""Replicate a Freshdesk account into DuckDB: sync, estimate, check, ask what is stored, open the UI."""

import argparse
import gc
import io
import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from freshdesk_assets.commands.archive_options import add_archive, archive_asked
from freshdesk_assets.commands.destination_options import add_destinations
from freshdesk_assets.commands.forget_options import add_forget, forget_asked
from freshdesk_assets.commands.reader_options import add_readers
from freshdesk_assets.commands.scope_options import add_scope
from freshdesk_assets.file_modes import make_files
from freshdesk_assets.stopping import STOPPED, Stopped, stoppable

if TYPE_CHECKING:
    import dagster as dg

    from freshdesk_assets.settings import Settings


READERS = ("query", "tables", "compare", "export", "accounts", "workspace")
"""Commands that only read what is stored; they need neither account nor Dagster."""

WITHOUT_ACCOUNT = ("dev", "begin-anew", "rekey", "move", *READERS)
"""Commands that ask Freshdesk nothing."""


FOR_EACH = ("sync", "plan", "doctor")
"""Commands that go through several accounts, one after another, unless one is named."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command with garbage collection off while modules are imported; the exit code.

    It is 130 if Ctrl-C or SIGTERM stopped the command. Collection takes a fifth of the CPU of importing
    Dagster and building the definitions, and finds nothing. Without `arguments`, the process ends afterwards.
    """
    gc.disable()
    # What the settings say of the mode of files holds once they are read.
    before = os.umask(0o077)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal may not have a character of a name or a table's frame: that must end no sync.
            stream.reconfigure(errors="backslashreplace")
    try:
        with stoppable(to_the_end=arguments is None):
            return run(arguments)
    except Stopped:
        given = sys.argv[1:] if arguments is None else arguments
        sys.stderr.write(
            "Stopped; what was read is stored\n" if given[:1] in (["sync"], ["archive"]) else "Stopped\n"
        )
        return STOPPED
    finally:
        os.umask(before)
        gc.enable()


def run(arguments: Sequence[str] | None) -> int:
    """Run a command; 0 when all went well, 1 when something failed, 2 when a setting is wrong.

    A command's modules are imported only when its options and settings are right: importing Dagster alone
    takes a second.
    """
    options = parser().parse_args(arguments)
    if options.command == "settings":
        from freshdesk_assets.commands.example import example_file

        sys.stdout.write(example_file())
        return 0
    from freshdesk_assets.accounts import settings_of, the_one
    from freshdesk_assets.environment import load_env_file, without_effect
    from freshdesk_assets.settings import SettingError, read_settings
    from freshdesk_assets.views import schemas

    try:
        if said := load_env_file():
            raise SettingError(said)
        asks = options.command not in WITHOUT_ACCOUNT
        settings = read_settings(schemas(), account=asks)
        make_files(settings.file_mode)
        accounts = settings_of(settings, schemas(), options.account, account=asks)
        if options.command in READERS:
            return _read(options, accounts)
        for each in accounts:
            _check_reach(each)
        if options.command == "dev":
            from freshdesk_assets.commands.dev import open_ui

            return open_ui(accounts, options.port)
        for said in without_effect([each.key for each in settings.accounts]):
            sys.stderr.write(f"{said}\n")
        if options.command not in FOR_EACH:
            return _run(options, the_one(accounts))
        return _run_each(options, accounts)
    except SettingError as error:
        sys.stderr.write(f"{error}\n")
        return 2


def _run_each(options: argparse.Namespace, accounts: Sequence["Settings"]) -> int:
    """Run a command for one account after another; the worst of their exit codes."""
    worst = 0
    for settings in accounts:
        if len(accounts) > 1:
            print(f"Account {settings.account}", flush=True)  # noqa: T201
        code = _run(options, settings)
        if code == STOPPED:
            return code
        worst = max(worst, code)
    return worst


def _run(options: argparse.Namespace, settings: "Settings") -> int:
    from freshdesk_assets.chosen import chosen_tables

    catalog = chosen_tables(settings)
    if settings.known:
        from freshdesk_assets.warehouse.derived.acknowledged import amiss

        for said in amiss(catalog, settings.known):
            sys.stderr.write(f"{said}\n")
    if options.command == "doctor":
        from freshdesk_assets.commands.doctor import examine

        return examine(catalog, settings)
    if options.command == "archive":
        from freshdesk_assets.commands.archive import archive

        return archive(partial(_definitions, settings), catalog, settings, **archive_asked(options))
    if options.command == "forget":
        from freshdesk_assets.commands.forget import forget

        return forget(partial(_definitions, settings), catalog, settings, **forget_asked(options))
    if options.command == "begin-anew":
        from freshdesk_assets.commands.account import begin_anew

        return begin_anew(settings)
    if options.command == "move":
        from freshdesk_assets.commands.move import move

        return move(settings, options.to, options.data_path)
    if options.command == "rekey":
        from freshdesk_assets.commands.rekey import rekey

        return rekey(settings)
    if options.command == "sync":
        # Dagster takes seconds to load: say first what is about to happen.
        # The domain may be a URL, which may hold a password before the @.
        account = (settings.domain or "").rpartition("@")[2]
        sys.stdout.write(f"Replicating {account} into {'a lake' if settings.lake else settings.duckdb}\n")
        sys.stdout.flush()
    asked = {
        "first": options.first,
        "last": options.last,
        "selection": options.select,
        "whole": options.whole,
    }
    asked |= {"reconcile": options.reconcile, "renamed": options.renamed}
    if options.command == "plan":
        from freshdesk_assets.commands.plan import plan

        return plan(partial(_definitions, settings), catalog, settings, **asked)
    from freshdesk_assets.commands.sync import sync

    return sync(partial(_definitions, settings), catalog, settings, **asked)


def _read(options: argparse.Namespace, accounts: Sequence["Settings"]) -> int:
    from freshdesk_assets.accounts import the_one

    if options.command == "workspace":
        from freshdesk_assets.commands.accounts import print_workspace

        return print_workspace(accounts)
    if options.command == "accounts":
        from freshdesk_assets.commands.accounts import list_accounts

        return list_accounts(accounts, attach=options.attach)
    if options.command == "query" and options.all_accounts:
        from freshdesk_assets.commands.accounts import query_all

        return query_all(accounts, options.sql, file=options.file, shape=options.format)
    settings = the_one(accounts)
    if options.command == "tables":
        from freshdesk_assets.commands.tables import tables

        return tables(settings, options.name)
    if options.command == "compare":
        from freshdesk_assets.commands.compare import compare

        return compare(settings, options.file)
    if options.command == "export":
        from freshdesk_assets.commands.export import export_folder
        from freshdesk_assets.commands.reader_options import export_asked

        return export_folder(settings, options.folder, **export_asked(options))
    from freshdesk_assets.commands.query import query

    return query(settings, options.sql, file=options.file, shape=options.format)


def _check_reach(settings: "Settings") -> None:
    """Raise SettingError where address, key, proxy or certificates cannot work; nothing is sent."""
    from freshdesk_assets.accounts import said_of
    from freshdesk_assets.extract.http.address import base_url, valid_key
    from freshdesk_assets.extract.http.errors import ConfigurationError
    from freshdesk_assets.extract.http.route import route_to
    from freshdesk_assets.settings import SettingError

    try:
        if settings.domain:
            route_to(base_url(settings.domain))
        if settings.api_key:
            valid_key(settings.api_key.get_secret_value())
    except ConfigurationError as error:
        raise SettingError(said_of(settings, error)) from None


def _definitions(settings: "Settings", **parts: Any) -> "dg.Definitions":
    from freshdesk_assets.definitions import build_defs
    from freshdesk_assets.orchestration.own import with_own

    return with_own(build_defs(settings, **parts), settings.assets_module)


def parser() -> argparse.ArgumentParser:
    """The commands and their options."""
    described = argparse.ArgumentParser(prog="freshdesk-assets", description=__doc__)
    commands = described.add_subparsers(dest="command", required=True)
    bring = commands.add_parser(
        "sync",
        help="bring the replica up to date",
        description="Without dates: read what was never read and what changed since the last sync."
        " With dates: read all partitions from the first day to the last again.",
    )
    weigh = commands.add_parser(
        "plan",
        help="estimate what a sync with the same options would cost",
        description="Shows calls, credits and time by table and reads no table. Costs some credits itself.",
    )
    for command in (bring, weigh):
        add_scope(command)
        command.add_argument(
            "--reconcile",
            action="store_true",
            help="find rows that Freshdesk no longer has; spends FRESHDESK_RECONCILE_CREDITS at most",
        )
    bring.add_argument(
        "--renamed",
        action="store_true",
        help="go on in the same file, though the account has a new address; needed only if a sync says so",
    )
    # It takes no such option, and says so in a sentence.
    weigh.add_argument("--renamed", action="store_true", help=argparse.SUPPRESS)
    add_archive(commands)
    add_forget(commands)
    add_destinations(commands)
    commands.add_parser(
        "doctor",
        help="check key, plan, rights, limits and file",
        description="Says what would not be replicated, and why. Costs about a credit per table.",
    )
    show = commands.add_parser(
        "dev",
        help="open the Dagster UI",
        description="Starts `dagster dev` on the instance that records the syncs.",
    )
    show.add_argument(
        "--port",
        type=_port,
        metavar="PORT",
        help="port of the UI; if left out, the first free one from 3000 on",
    )
    commands.add_parser(
        "settings",
        help="print every setting with its default, as a file .env has them",
        description="`freshdesk-assets settings > .env` begins such a file.",
    )
    add_readers(commands)
    for command in commands.choices.values():
        command.add_argument(
            "--account", metavar="NAME", help="the account, of those in the file FRESHDESK_ACCOUNTS"
        )
    return described


def _port(given: str) -> int:
    if not given.isdecimal() or not 0 < int(given) < 65_536:
        raise argparse.ArgumentTypeError(f"{given!r} is no port: name one from 1 to 65535, like 3000")
    return int(given)


if __name__ == "__main__":
    sys.exit(main())
