"""What travels from extraction to landing: rows as they were sent, and what reading them settled."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from freshdesk_assets.schema.endpoint import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentRead:
    """The list of one parent was read whole, at `version` of the parent's row (None: of the row as landed).

    `gone` says that Freshdesk no longer has the parent; `at` is when it answered, by its own clock, `asked`
    when it was asked, by ours.
    """

    id: int
    version: datetime | None = None
    at: datetime | None = None
    asked: datetime | None = None
    gone: bool = False


class Fate(StrEnum):
    """What became of a row that no list sent any more."""

    EXISTS = "exists"
    ARCHIVED = "archived"
    GONE = "gone"
    UNKNOWN = "unknown"
    """Freshdesk would not say: it is asked again after a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Rows to be asked for in one call: by the row's own id, or by that of the row they belong to.

    `version` is the newest that is stored of them; `idle` ones are probably archived.
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

    `keep` names the columns that this reply does not carry, whose stored values stay. `defaults` are the
    listing's. After this page is stored, everything of `listing` since `covered_from` and before
    `covered_to` is; after a page that `completes` a full list, rows not in the list are gone. Where it was
    read `again`, that is when this reading of the stretch, or of the list, began, by our clock.
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
