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
    - `path`: where this listing is, if not at the table's path.
    """

    name: str = "all"
    path: str = ""
    params: Mapping[str, Value] = field(default_factory=dict)
    defaults: Mapping[str, Value] = field(default_factory=dict)
    probe: bool = False


ITSELF = "."
"""For `Table.rows_at`: the reply is one row itself, as that of `/account` is."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A value of the payload that may be stored, for a table whose payload holds secrets.

    Of such a table nothing else is kept: the rest is dropped before a row touches a disk.

    - `path`: dotted; `[]` after a key stands for each element of its list: `actions[].field_name`. An object
      at the end of the path is kept whole.
    - `where`: a key beside the last one, and the values it must have: `("field_name", ("priority", "cf_*"))`,
      of which one with an asterisk is the beginning of many.
    - `to`: the key under which it is stored, beside the others; its own by default.
    - `host`: of an address no more than the name of the host.
    - `there`: no more than whether there is a value: true, or nothing. Several such may share a `to`.
    """

    path: str
    where: tuple[str, tuple[str, ...]] | None = None
    to: str = ""
    host: bool = False
    there: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A table that tells the same of a row as the row's own call, so that the call is made more seldom.

    While the table tells the same of a row as is stored, its call waits for `every` in place of
    `RowCall.every`. When it begins to tell something else, the call is made at once.

    - `by`: the table, which is read from one list per row of a parent.
    - `column`: the column of it that names the row.
    - `same`: the columns that both have, and that are compared: lists of which the order means nothing.
    - `within`: how long ago a list may have been read to count.
    - `every`: after this time the call is made all the same, for what the table does not tell.
    - `where`: an SQL condition on the row `p`. Where it does not hold, nothing is spared.
    - `stale`: an SQL condition on the row `p` and its last call `r`, where the call is made at once as well.
    - `after`: further tables, which `where` and `stale` read.

    Where one of these tables is not replicated, all calls are made as if there were no `told`.
    """

    by: str
    column: str
    same: tuple[str, ...]
    within: timedelta
    every: timedelta
    where: str = ""
    stale: str = ""
    after: tuple[str, ...] = ()

    @property
    def tables(self) -> frozenset[str]:
        """The tables that tell."""
        return frozenset((self.by, *self.after))


@dataclass(frozen=True, slots=True)
class RowCall:
    """The row's own call, for the columns marked `detail`; `path` has `{id}` in it.

    It is made once per version of the row.

    - `every`: where a version means nothing, the call is made again after this time instead.
    - `stale`: an SQL condition on the row `p` and its last call `r`; where it holds, the call is made again.
    - `after`: the tables that `stale` reads, which are read before this one.
    - `told`: the table that spares such calls, for rows of which it tells the same.
    """

    path: str
    every: timedelta | None = None
    stale: str = ""
    after: tuple[str, ...] = ()
    told: Told | None = None


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
    a list: the row exists if the list has it. Of a table that is read per parent each time (`EachParent`), a
    row is asked for at once: it may have moved to a parent whose list was read before.

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
