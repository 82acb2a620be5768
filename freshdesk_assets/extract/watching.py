"""From a table's declaration to one look at what changed lately: a credit, and no wait."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import FreshdeskError
from freshdesk_assets.extract.reading import Reader, iso
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.schema.endpoint import Listing, Value
from freshdesk_assets.schema.sync import ChangedSince, Keyset, LookBack
from freshdesk_assets.schema.table import Table

PAGE = 100
"""Rows to ask for: they cost one credit, as one row does, and show the newest in any order of the list."""


ASKABLE = Keyset | LookBack | ChangedSince
"""Ways of reading whose lists can be asked what changed since a time."""


class LimitReached(FreshdeskError):
    """Asking now would mean to wait for the limit, for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Freshdesk's limit is used up: asked again in {seconds:.0f} seconds or later.")
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Watched:
    """A listing of a table that can be asked what changed since a time."""

    table: Table
    listing: Listing

    @property
    def name(self) -> str:
        """Table and listing."""
        return f"{self.table.name}/{self.listing.name}"


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found.

    `versions` are the rows by key, each with its newest time. `tight` says that no more than the reserve
    is left of the account's limit.
    """

    versions: Mapping[tuple[str, ...], datetime | None]
    tight: bool


def watched(tables: Iterable[Table]) -> list[Watched]:
    """The listings in the order to look at them: those ordered by change again before each of the others.

    The others change less often.
    """
    found = [
        Watched(table, listing)
        for table in tables
        for listing in table.listings
        if isinstance(table.sync, ASKABLE)
    ]
    first = [
        each
        for each in found
        if isinstance(each.table.sync, Keyset) and each.listing == each.table.listings[0]
    ]
    others = [each for each in found if each not in first]
    return [each for other in others for each in (*first, other)] or first


@contextmanager
def impatient(domain: str, api_key: str, reserve: float) -> Iterator[Reader]:
    """A reader that asks once, and raises LimitReached where another would wait for the limit."""

    def refuse(seconds: float) -> None:
        raise LimitReached(seconds)

    with Client(
        domain=domain, api_key=api_key, reserve=reserve, attempts=1, timeout=(5, 20), sleep=refuse
    ) as client:
        yield Reader(client)


def look(reader: Reader, target: Watched, since: datetime) -> Look:
    """The rows changed since a time, for one credit. Raises FreshdeskError, LimitReached among others."""
    match target.table.sync:
        case Keyset(since=parameter) | LookBack(after=parameter):
            return _look(reader, target, parameter, since)
        case ChangedSince() as sync:

            def ask(parameter: str | None) -> Iterator[Look]:
                yield _look(reader, target, parameter or "", since)

            (found,) = reader.spelled(target.table, sync, ask, whole=False)
            return found
        case _:
            raise TypeError(f"{target.name} cannot be asked what changed")


def _look(reader: Reader, target: Watched, parameter: str, since: datetime) -> Look:
    table = target.table
    asked: dict[str, Value] = {**target.listing.params, parameter: iso(since), "per_page": PAGE}
    reply = reader.ask(table, asked, plain=True)
    rows = RowReader(table)
    versions = {rows.key(row): rows.version(row) for row in reply.content}
    return Look(versions, tight=reader.client.limiter.tight)
