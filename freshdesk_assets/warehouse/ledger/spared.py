"""From what another table tells of rows to which of their own calls need not be made yet."""

from dataclasses import dataclass
from datetime import datetime

from freshdesk_assets.schema.endpoint import Told
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ASKED_AT, ledger
from freshdesk_assets.warehouse.shape import qualified, shaped
from freshdesk_assets.warehouse.sql import identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Rows whose own calls the table `by` spares, by what is `told`.

    - `read_before`: they are due if their last call was before then, or where the table tells something else.
    - `told_from`, `told_to`: the table tells of a row if a list that has it was read in this time.
    """

    by: Table
    told: Told
    read_before: datetime
    told_from: datetime
    told_to: datetime

    def tells(self, connection: Connection) -> tuple[str, list[object]]:
        """The SQL condition that the same is told of a row `p` as it has, and its values.

        Where something else is told, which `differs` may overlook when a clock was wrong, nothing is spared.
        """
        (branch,) = self.by.branches
        sql = (
            f"exists (select 1 from {shaped(connection, self.by)} t"
            f" join {ledger(connection, 'parents_read')} l"
            f" on l.table_name = ? and l.parent_id = t.{identifier(branch.column)} and not l.gone"
            f" where t.{identifier(self.told.column)} = p.id and t._deleted_at is null"
            f" and l.read_at between ? and ? and not ({self._other}))"
        )
        also = f" and coalesce(({self.told.where}), false)" if self.told.where else ""
        return f"{sql}{also}", [self.by.recorded_as(branch), self.told_from, self.told_to]

    @property
    def differs(self) -> str:
        """The SQL condition that something else is told of a row `p` than its last call `r` brought.

        Where both go on to differ after another call, it does not hold again.
        """
        differs = (
            f"exists (select 1 from {qualified(self.by.name)} t where t.{identifier(self.told.column)} = p.id"
            f" and t._deleted_at is null and t._synced_at > {ASKED_AT} and ({self._other}))"
        )
        return f"({differs} or ({self.told.stale}))" if self.told.stale else differs

    @property
    def _other(self) -> str:
        """The SQL condition that a row `t` of the table tells something else than the row `p` has."""
        return " or ".join(
            f"{_as_set(f't.{identifier(name)}')} is distinct from {_as_set(f'p.{identifier(name)}')}"
            for name in self.told.same
        )


def _as_set(values: str) -> str:
    return f"list_sort(list_distinct(coalesce({values}, [])))"
