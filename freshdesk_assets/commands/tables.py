"""From the file to what there is to ask: schemas, tables and views, or the columns of one."""

import shutil
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Report
from rich.text import Text

from freshdesk_assets.commands.asked import asked
from freshdesk_assets.settings import Settings
from freshdesk_assets.warehouse.asking import Listed, columns, listed
from freshdesk_assets.warehouse.file import Connection, WarehouseError

WIDE = 200
"""Width of what goes into a file or another program."""


def tables(settings: Settings, name: str | None) -> int:
    """Print what there is, what a schema has, or the columns of a table; 1 if there is no such thing."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE
    console = Console(file=sys.stdout, width=width, highlight=False)
    try:
        with asked(settings) as connection:
            schema, _, table = (name or "").partition(".")
            found = listed(connection, schema or None)
            chosen = [each for each in found if not table or each.name == table]
            if not chosen:
                sys.stderr.write(f"There is no {name}. {_near(connection, schema, found)}\n")
                return 1
            if table:
                _print_columns(console, chosen[0], columns(connection, schema, table))
            else:
                _print_list(console, chosen)
    except WarehouseError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _near(connection: Connection, schema: str, found: Sequence[Listed]) -> str:
    if found:
        return f"Schema {schema} has: {', '.join(each.name for each in found)}"
    return f"The schemas are: {', '.join(dict.fromkeys(each.schema for each in listed(connection)))}"


def _print_list(console: Console, found: Sequence[Listed]) -> None:
    report = Report(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    report.add_column("table or view", no_wrap=True)
    report.add_column("rows", justify="right", no_wrap=True)
    report.add_column("as of (UTC)", no_wrap=True)
    report.add_column("what it is", overflow="fold")
    for each in found:
        rows = "view" if each.rows is None else f"{each.rows:,}"
        report.add_row(f"{each.schema}.{each.name}", rows, _moment(each), Text(_sentence(each.doc)))
    console.print(report)


def _print_columns(console: Console, of: Listed, named: Sequence[tuple[str, str, str]]) -> None:
    console.print(of.doc, markup=False)
    rows = "" if of.rows is None else f"{of.rows:,} rows. "
    console.print(f"{rows}{f'As of {_moment(of)} UTC.' if of.as_of else ''}", markup=False)
    report = Report(box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    report.add_column("column", no_wrap=True)
    report.add_column("type")
    report.add_column("what it is", overflow="fold")
    for name, kind, doc in named:
        report.add_row(Text(name), Text(kind.lower()), Text(doc))
    console.print(report)


def _moment(each: Listed) -> str:
    return f"{each.as_of:%Y-%m-%d %H:%M}" if each.as_of else ""


def _sentence(doc: str) -> str:
    """The first sentence of a comment."""
    first, stop, _ = doc.replace("\n", " ").partition(". ")
    return f"{first}." if stop else first
