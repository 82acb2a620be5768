"""What Freshdesk offers for a table: its list in passes, calls for single rows, and limits of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

Value: TypeAlias = str | int | bool
"""What a request parameter or a listing's default may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One pass over the table's list; where two passes show a row at the same version, the later one holds.

    `params` are added to the table's; `defaults` are columns that the payload leaves to be known from
    the list it came by (`deleted`: true under filter=deleted). With `probe`, one row is asked for first,
    without includes, so that an empty list costs one credit.
    """

    name: str = "all"
    params: Mapping[str, Value] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    probe: bool = False


@dataclass(frozen=True, slots=True)
class RowCall:
    """The row's own call, for the columns marked `detail`; `path` holds `{id}`.

    It is made once per version of the row. Where a version means nothing it is made again after `every`
    instead, and whenever `stale` holds, an SQL condition on the row `p` and its last reading `r`; the
    tables that it looks into are read `after`.
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
    a list: the row exists if the list has it. `archived` is where rows stand that the lists leave out though
    they are kept. A row found there gets true in its column `flag` and is never taken for gone. Rows of which
    the SQL condition `idle` holds are asked for there first.
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
