"""How rows are read that are stored as they are sent: whole small lists, and one row of them."""

from collections.abc import Callable

from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.refusals import not_found
from freshdesk_assets.simulator.state import Row


def listing(table: str) -> Callable[[Call], Page]:
    """A small list that is shown as it is, in the order in which it was set up."""
    return lambda call: call.page_of(list(call.world.tables[table].values()), as_it_is)


def viewing(table: str) -> Callable[[Call], Row]:
    """One row of such a list."""
    return lambda call: row_of(call, table)


def as_it_is(row: Row) -> Row:
    """A row that is stored as it is sent."""
    return row


def row_of(call: Call, table: str) -> Row:
    """The row the path names."""
    if call.id not in call.world.tables[table]:
        raise not_found()
    return call.world.tables[table][call.id]
