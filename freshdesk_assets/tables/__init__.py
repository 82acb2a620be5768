"""The tables of the replica: each module declares one, and dropping a file here adds one."""

import pkgutil
from importlib import import_module

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Table


def declared_tables() -> Catalog:
    """Every `Table` that a module of this package declares."""
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    return Catalog(value for module in modules for value in vars(module).values() if isinstance(value, Table))
