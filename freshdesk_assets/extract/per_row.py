"""From rows to pages by a call per row: of a parent for its list, or of the row for itself; many at once."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from itertools import islice
from typing import Protocol, TypeVar

from freshdesk_assets.extract.http.client import Client, Reply
from freshdesk_assets.extract.http.errors import BudgetSpent, NotAllowed, NotFound
from freshdesk_assets.extract.offsets import Slice, read_offsets
from freshdesk_assets.extract.rows import RowReader, row_of, rows_of
from freshdesk_assets.schema.endpoint import Listing, RowCall
from freshdesk_assets.schema.page import Page, ParentRead
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Table

T = TypeVar("T")


class ParentRow(Protocol):
    """A row to make a call for."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def version(self) -> datetime | None:
        """The newest time on it; None when it has none."""


def read_lists(client: Client, table: Table, sync: PerParent, parents: Iterable[ParentRow]) -> Iterator[Page]:
    """A page per parent: its whole list, or that the parent is gone."""
    listing = table.listings[0]

    def read(parent: ParentRow, stopped: threading.Event) -> Page:
        asked = datetime.now(UTC)
        parts = list_of(client, table, listing, table.path, parent.id, stopped)
        if parts is None and sync.archived:
            parts = list_of(client, table, listing, sync.archived, parent.id, stopped)
        at = parts[0].moment if parts else None
        settled = ParentRead(id=parent.id, version=parent.version, at=at, asked=asked, gone=parts is None)
        rows = tuple(row for part in parts or () for row in part.rows)
        return Page(listing=listing.name, rows=rows, parents=(settled,))

    yield from concurrently(client.workers, read, parents)


def read_row_calls(
    client: Client, table: Table, row_call: RowCall, parents: Iterable[ParentRow]
) -> Iterator[Page]:
    """A page per row: what its own call sent, or that it is gone."""
    known = frozenset(name for listing in table.listings for name in listing.defaults)

    def read(parent: ParentRow, stopped: threading.Event) -> Page:
        check_wanted(stopped)
        asked = datetime.now(UTC)
        try:
            reply = client.get(row_call.path.format(id=parent.id), {}, parse=row_of, one_row=True)
        except NotFound:
            return Page(
                listing="row_call", rows=(), parents=(ParentRead(id=parent.id, asked=asked, gone=True),)
            )
        settled = (ParentRead(id=parent.id, at=reply.moment, asked=asked),)
        return Page(listing="row_call", rows=tuple(reply.content), keep=known, parents=settled)

    yield from concurrently(client.workers, read, parents)


def list_of(
    client: Client, table: Table, listing: Listing, path: str, parent: int, stopped: threading.Event
) -> list[Slice] | None:
    """The whole list of a parent; None when Freshdesk does not know the parent under this path."""

    def fetch(page: int, size: int) -> Reply[list[bytes]]:
        check_wanted(stopped)
        numbered = {"page": page} if page > 1 else {}
        params = {**table.params, **listing.params, **numbered, "per_page": size}
        return client.get(path.format(id=parent), params, parse=rows_of, sub_limit=table.sub_limit)

    try:
        return list(read_offsets(fetch, RowReader(table), where=path))
    except NotFound:
        return None
    except NotAllowed:
        # A plan without the archive has no archived parents: this one is gone.
        if path == table.path:
            raise
        return None


def concurrently(
    workers: int, read: Callable[[T, threading.Event], Page], parents: Iterable[T]
) -> Iterator[Page]:
    """The pages that `read` makes of the rows, in the order in which they arrive.

    At most `workers` calls are under way at a time. An error, Ctrl-C, or a consumer that stops reading ends
    everything at once: calls that wait for a reply or for the limit are abandoned, and no thread makes
    another call. A spent budget is the exception: the calls under way are paid for, so their pages are
    waited for.
    """
    waiting = iter(parents)
    spent: BudgetSpent | None = None
    stopped = threading.Event()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="freshdesk")
    under_way: set[Future[Page]] = set()
    try:
        while True:
            room = 2 * workers - len(under_way)
            under_way.update(pool.submit(read, parent, stopped) for parent in islice(waiting, room))
            if not under_way:
                break
            done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
            # Pages that arrived are yielded before an error is raised: they are paid for.
            for finished in sorted(done, key=lambda future: future.exception() is not None):
                try:
                    page = finished.result()
                except BudgetSpent as error:
                    spent, waiting = error, iter(())
                else:
                    yield page
        if spent is not None:
            raise spent
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


def check_wanted(stopped: threading.Event) -> None:
    """Raise CancelledError instead of making a call whose reply nobody waits for."""
    if stopped.is_set():
        raise CancelledError
