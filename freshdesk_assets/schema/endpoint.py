"""What Freshdesk offers for a table: its listings, calls for single rows, and limits of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

Value: TypeAlias = str | int | bool
"""What a request parameter or a listing's default may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One way of asking for the table's list.

    Where two listings send the same version of a row, the later listing counts.

    - `params`: added to the table's.
    - `defaults`: values of columns that the payload does not send, but the listing implies (`deleted` is true
      under filter=deleted).
    - `probe`: one row is asked for first, without includes, so that an empty list costs one credit.
    """

    name: str = "all"
    params: Mapping[str, Value] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    probe: bool = False


@dataclass(frozen=True, slots=True)
class RowCall:
    """The row's own call, for the columns marked `detail`; `path` has `{id}` in it.

    It is made once per version of the row.

    - `every`: where a version means nothing, the call is made again after this time instead.
    - `stale`: an SQL condition on the row `p` and its last call `r`; where it holds, the call is made again.
    - `after`: the tables that `stale` reads, which are read before this one.
    """

    path: str
    every: timedelta | None = None
    stale: str = ""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fallback:
    """Where older accounts keep the same list, and the columns that only a row's own call sends there."""

    path: str
    row_call: RowCall | None = None
    detail: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Existence:
    """How a row is asked for that no list sent any more.

    `path` has one column in braces. `shelves/{id}` returns the row itself. `shelves/{shelf_id}/books` returns
    a list: the row exists if the list has it.

    - `archived`: the path of rows that Freshdesk keeps but leaves out of its lists. A row found there is
      never taken for gone.
    - `flag`: the column that is set to true for such a row.
    - `idle`: an SQL condition; rows for which it holds are asked for in the archive first.
    """

    path: str
    archived: str = ""
    flag: str = ""
    idle: str = ""

    @property
    def by(self) -> str:
        """The column in braces."""
        return self.path.partition("{")[2].partition("}")[0]


@dataclass(frozen=True, slots=True)
class SubLimit:
    """A per-minute limit of its own within the account's: calls allowed, by the account's total."""

    name: str
    calls: tuple[tuple[int, int], ...]

    def allowed(self, total: int) -> int:
        """Calls a minute for an account with `total` credits a minute."""
        return max((calls for least, calls in self.calls if least <= total), default=self.calls[0][1])
