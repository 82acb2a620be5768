"""The history of one table: the states of its rows that syncs saw."""

from dataclasses import dataclass, replace

from freshdesk_assets.schema.column import Column, text, timestamp
from freshdesk_assets.schema.table import Table

SPAN = (
    timestamp(
        "valid_from",
        "When it began: when Freshdesk says the row changed, or when a sync saw it where it does not say.",
        required=True,
    ),
    timestamp("valid_to", "Until when it held, this moment not included; null while it holds."),
)
"""When a state held."""

RECORDED = (
    timestamp("_synced_at", "When the replica stored the state; a sync had seen it by then."),
    text("_run_id", "Dagster run that stored it; null if none did."),
)
"""What every state has beside its values and its time."""


@dataclass(frozen=True, slots=True)
class History:
    """The values that the columns named in a table's `history` had, and when: type 2, without overlaps.

    Derived from the table's declaration; stored in the transaction that stores the rows.
    """

    table: Table

    @property
    def name(self) -> str:
        """Its name, made of the table's."""
        return history_name(self.table)

    @property
    def doc(self) -> str:
        """What a row is."""
        return f"One row per state of a row of {self.table.name} that a sync saw, and when it held."

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that identify a state."""
        return (*self.table.key, "valid_from")

    @property
    def tracked(self) -> tuple[Column, ...]:
        """The columns whose values make a state, as the table has them."""
        return tuple(self.table.column(name) for name in self.table.history)

    @property
    def recipe(self) -> object:
        """All that decides about its states. Words do not: nothing is derived again for a better sentence."""
        return self.keys, [(column.name, column.type, column.name in self.late) for column in self.tracked]

    @property
    def late(self) -> frozenset[str]:
        """Tracked columns that the row's own call sends, after the list has shown the row."""
        fallback = self.table.fallback.detail if self.table.fallback else ()
        return (self.table.detail | frozenset(fallback)) & frozenset(self.table.history)

    @property
    def cells(self) -> tuple[Column, ...]:
        """The columns that hold what Freshdesk sent; the checks of their values are the table's."""
        keys = (self.table.column(name) for name in self.table.key)
        return (
            *(
                replace(key, references=key.references or f"{self.table.name}.{key.name}", detail=False)
                for key in keys
            ),
            *(replace(column, accepted=(), required=False, detail=False) for column in self.tracked),
        )

    @property
    def stored(self) -> tuple[Column, ...]:
        """Its columns as DuckDB has them."""
        keys = len(self.table.key)
        return (*self.cells[:keys], *SPAN, *self.cells[keys:], *RECORDED)


def history_name(table: Table) -> str:
    """What the history of a table is called."""
    return f"{table.name}_history"


def history_of(table: Table) -> History | None:
    """The history of a table; None if it tracks nothing."""
    return History(table) if table.history else None
