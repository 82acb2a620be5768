"""The tables of the replica: each module declares one and its child tables; a file dropped here adds one."""

import ast
import pkgutil
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

from freshdesk_assets.schema.catalog import Catalog, SourceLine
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.table import Table

GROUPS = {
    "tickets": "Tickets, and the conversations, time entries and ratings of tickets.",
    "people": "Who asks and who answers.",
    "setup": "How the account is set up.",
    "solutions": "The knowledge base.",
    "discussions": "The community.",
    "custom_objects": "Records of kinds that the account defines itself.",
}
"""What the tables of each group are about; the documentation shows the groups in this order."""


@cache
def declared_tables() -> Catalog:
    """Every `Table` and `Child` that a module of this package declares, and where."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    declared = [value for module in modules for value in vars(module).values()]
    check_groups(value for value in declared if isinstance(value, Table))
    return Catalog(
        (value for value in declared if isinstance(value, Table)),
        (value for value in declared if isinstance(value, Child)),
        {name: place for module in modules for name, place in _source_lines(module).items()},
    )


def check_groups(tables: Iterable[Table]) -> None:
    """Raise DeclarationError for a table whose group has no sentence in GROUPS."""
    for table in tables:
        if table.group not in GROUPS:
            raise DeclarationError(
                f"table {table.name}: its group {table.group!r} has no sentence; write one into GROUPS in"
                " freshdesk_assets/tables/__init__.py"
            )


def _source_lines(module: ModuleType) -> dict[str, SourceLine]:
    """Where a module assigns its tables, by the table's name."""
    file = Path(module.__file__ or "")
    found = {}
    for statement in ast.parse(file.read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) if isinstance(getattr(module, name), Table | Child):
                found[getattr(module, name).name] = SourceLine(file, statement.lineno)
            case _:
                pass
    return found
