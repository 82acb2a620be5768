"""What travels between extraction and landing: rows as sent, what reading them settled, what is known."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from freshdesk_assets.schema.endpoint import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRead:
    """The list of one parent was read whole, or was refused.

    - `version`: of the parent's row at that time; None means the version that was landed.
    - `at`: when Freshdesk answered, by its own clock.
    - `asked`: when it was asked, by ours.
    - `gone`: whether Freshdesk no longer has the parent.
    - `whole`: false where no more was read than what changed in the list.
    - `refused`: by status and code, with what the call was refused; nothing was read then.
    - `record`: the name under which the ledger has the call, that of the table by default.
    """

    id: int
    version: datetime | None = None
    at: datetime | None = None
    asked: datetime | None = None
    gone: bool = False
    whole: bool = True
    refused: str = ""
    record: str = ""


@dataclass(frozen=True, slots=True)
class KnownList:
    """What is stored of a parent's list: the newest change in it, and the keys of its rows, as text."""

    newest: datetime
    keys: frozenset[tuple[str, ...]]


class Fate(StrEnum):
    """What became of a row that no list sent any more."""

    EXISTS = "exists"
    ARCHIVED = "archived"
    GONE = "gone"
    UNKNOWN = "unknown"
    """Freshdesk did not say: it is asked again after a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Rows to ask for in one call: by the row's own id, or by that of the row they belong to.

    `version` is the newest that is stored of them. Rows that are `idle` are probably archived.
    """

    id: int
    rows: tuple[int, ...]
    version: datetime | None = None
    idle: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found out about a row that was doubted."""

    id: int
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows of one reply, each the JSON text of an object exactly as received.

    - `keep`: columns that this reply does not send; their stored values stay.
    - `defaults`: those of the listing.
    - `covered_from`, `covered_to`: once this page is stored, all rows of `listing` in [from, to) are.
    - `completes`: this page ends a full list, and rows that are not in the list are gone.
    - `again`: for a re-read, when that of the interval, or of the list, began, by our clock; else None.
    - `parents`, `verdicts`: what the reply settled beside rows.
    """

    listing: str
    rows: tuple[bytes, ...]
    keep: frozenset[str] = frozenset()
    defaults: Mapping[str, Value] = field(default_factory=dict)
    covered_from: datetime | None = None
    covered_to: datetime | None = None
    completes: bool = False
    again: datetime | None = None
    parents: tuple[ParentRead, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
