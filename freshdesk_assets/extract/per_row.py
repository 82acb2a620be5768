"""From rows to pages by a call per row: of a parent for its list, or of the row for itself; many at once."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Protocol, TypeAlias, TypeVar

from freshdesk_assets.extract.addresses import Part, part_reader, read_addresses
from freshdesk_assets.extract.http.client import Client, Reply
from freshdesk_assets.extract.http.errors import (
    NO_FEATURE,
    BudgetSpent,
    FreshdeskError,
    NotAllowed,
    NotFound,
    Redirected,
    UnexpectedReply,
)
from freshdesk_assets.extract.list_changes import read_changed
from freshdesk_assets.extract.offsets import Slice, paging, read_offsets
from freshdesk_assets.extract.replies import list_reader, row_reader
from freshdesk_assets.extract.rows import RowReader, row_of
from freshdesk_assets.extract.set_aside import ABOUT_A_ROW, SettingAside, ask_one_of
from freshdesk_assets.schema.endpoint import Listing, RowCall, Value
from freshdesk_assets.schema.page import KnownList, Page, ParentRead
from freshdesk_assets.schema.sync import Branch
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


Others: TypeAlias = Callable[[Collection[int]], Sequence[ParentRow]]
"""From the ids of refused rows to a few others that Freshdesk probably answers of."""


def nobody(refused: Collection[int]) -> Sequence[ParentRow]:  # noqa: ARG001
    """No other rows: the account itself is asked instead."""
    return ()


def read_lists(
    client: Client,
    table: Table,
    branch: Branch,
    parents: Iterable[ParentRow],
    others: Others = nobody,
    own_path: str = "",
    variants: Sequence[str] = ("",),
    *,
    known: Mapping[int, KnownList] = {},
    archived: bool = False,
    mark: str = "",
) -> Iterator[Page]:
    """A page per parent: its whole list in a branch, that the parent is gone, or that it is set aside.

    - `others`: asked to tell a parent that is refused from a service that refuses all.
    - `known`: by parent, what is stored of lists that are asked for their changes alone.
    - `variants`: the values that the branch's list is asked for, once each.
    - `own_path`: where a parent itself is asked for before it is taken for gone, with `{id}`. Without it, a
      list that is not found is enough.
    - `archived`: the parents are known to be archived, and their lists are asked for there alone.
    - `mark`: the column that is true of rows from the archive, which do not say so themselves.
    """
    listing = table.listings[0]
    record = table.recorded_as(branch)

    def changed_in(parent: ParentRow, stopped: threading.Event) -> list[Slice] | None:
        if branch.changes is None or parent.id not in known or archived:
            return None

        def ask(asked: Mapping[str, Value]) -> list[Slice] | None:
            return list_of(client, table, listing, branch, parent.id, stopped, asked=asked)

        return read_changed(client, table, branch.changes, parent.id, known[parent.id], ask)

    def lists_of(parent: ParentRow, stopped: threading.Event) -> list[Slice] | None:
        found = [
            list_of(client, table, listing, branch, parent.id, stopped, variant=each) for each in variants
        ]
        # A parent that has a list in one language is there in all.
        there = [part for parts in found if parts is not None for part in parts]
        return there if there or None not in found else None

    def read(parent: ParentRow, stopped: threading.Event) -> Page:
        asked = datetime.now(UTC)
        elsewhere: Redirected | None = None
        defaults: dict[str, Value] = {}
        changed = changed_in(parent, stopped)
        try:
            parts = changed if changed is not None or archived else lists_of(parent, stopped)
        except Redirected as error:
            # What the address of an archived ticket answers is not established (docs/freshdesk_api.md, 4.4).
            parts, elsewhere = None, error
        if parts is None and branch.archived:
            kept = replace(branch, path=branch.archived)
            parts = list_of(client, table, listing, kept, parent.id, stopped)
            defaults = {mark: True} if mark else {}
        if parts is None and elsewhere:
            raise elsewhere
        if parts is None and branch.optional:
            parts = []
        if parts is None and own_path and exists(client, own_path.format(id=parent.id)):
            raise UnexpectedReply(f"Freshdesk has the row of {branch.path}, but not its list (404)")
        at = parts[0].moment if parts else None
        settled = ParentRead(
            id=parent.id,
            version=parent.version,
            at=at,
            asked=asked,
            gone=parts is None,
            whole=changed is None,
            record=record,
        )
        rows = tuple(row for part in parts or () for row in part.rows)
        name = "archived" if defaults else listing.name
        return Page(listing=name, rows=rows, defaults=defaults, parents=(settled,))

    yield from concurrently(client.workers, read, parents, _aside(client, listing.name, record, read, others))


def read_row_calls(
    client: Client,
    table: Table,
    row_call: RowCall,
    parents: Iterable[ParentRow],
    others: Others = nobody,
    *,
    record: str = "",
) -> Iterator[Page]:
    """A page per row: what its own call sent, that it is gone, or that it is set aside (see `read_lists`).

    `record` is the name under which the ledger has these calls, the table's by default.
    """
    known = frozenset(name for listing in table.listings for name in listing.defaults)

    def read(parent: ParentRow, stopped: threading.Event) -> Page:
        check_wanted(stopped)
        asked = datetime.now(UTC)
        try:
            path = row_call.path.format(id=parent.id)
            reply = client.get(path, {}, parse=row_reader(table), one_row=True)
        except NotFound:
            gone = ParentRead(id=parent.id, asked=asked, gone=True, record=record)
            return Page(listing="row_call", rows=(), parents=(gone,))
        settled = (ParentRead(id=parent.id, at=reply.moment, asked=asked, record=record),)
        return Page(listing="row_call", rows=tuple(reply.content), keep=known, parents=settled)

    yield from concurrently(client.workers, read, parents, _aside(client, "row_call", record, read, others))


def _aside(
    client: Client,
    listing: str,
    record: str,
    read: Callable[[ParentRow, threading.Event], Page],
    others: Others,
) -> SettingAside[ParentRow]:
    def page(parent: ParentRow, error: FreshdeskError) -> Page:
        refused = ParentRead(id=parent.id, version=parent.version, refused=error.sign, record=record)
        return Page(listing=listing, rows=(), parents=(refused,))

    def control(refused: list[ParentRow]) -> None:
        asked = others([parent.id for parent in refused])
        ask_one_of([partial(read, other, threading.Event()) for other in asked], client)

    return SettingAside(page, control)


def exists(client: Client, path: str) -> bool:
    """Whether Freshdesk has the row at the path; a credit."""
    try:
        client.get(path, {}, parse=row_of, one_row=True)
    except NotFound:
        return False
    return True


def list_of(
    client: Client,
    table: Table,
    listing: Listing,
    branch: Branch,
    parent: int,
    stopped: threading.Event,
    *,
    variant: str = "",
    asked: Mapping[str, Value] = {},
) -> list[Slice] | None:
    """The whole list of a parent; None when Freshdesk does not know the parent under the branch's path."""
    given: dict[str, Value] = {table.column(branch.column).path: parent}
    place: dict[str, Value] = {"id": parent}
    if branch.variants:
        given[table.column(branch.variants.column).path] = place[branch.variants.column] = variant
    path = branch.path.format_map(place)
    parse = list_reader(table, given, one=branch.one)

    most = 0 if branch.one else table.per_page

    def fetch(page: int, size: int) -> Reply[list[bytes]]:
        check_wanted(stopped)
        params = {**table.params, **listing.params, **asked, **paging(page, size)}
        return client.get(path, params, parse=parse, sub_limit=table.sub_limit)

    def follow(query: Mapping[str, Value]) -> Reply[Part]:
        check_wanted(stopped)
        params = {**table.params, **listing.params, **asked, **query}
        read = part_reader(table, parse)
        return client.get(path, params, parse=read, sub_limit=table.sub_limit)

    try:
        if table.next_at:
            return list(read_addresses(follow, where=branch.path))
        return list(read_offsets(fetch, RowReader(table), where=branch.path, most=most))
    except NotFound:
        return None
    except NotAllowed as error:
        # A plan without the archive has no archived parents: this one is gone.
        if branch in table.branches or error.code != NO_FEATURE:
            raise
        return None


def concurrently(
    workers: int,
    read: Callable[[T, threading.Event], Page],
    parents: Iterable[T],
    aside: SettingAside[T],
) -> Iterator[Page]:
    """The pages that `read` makes of the rows, in the order in which they arrive.

    A row whose call is refused is set aside by `aside`, unless the calls for other rows are refused too.

    At most `workers` calls are under way at a time. An error, Ctrl-C, or a consumer that stops reading ends
    everything at once: calls that wait for a reply or for the limit are abandoned, and no thread makes
    another call. A spent budget is the exception: the calls under way are paid for, so their pages are
    waited for.
    """
    waiting = iter(parents)
    spent: BudgetSpent | None = None
    stopped = threading.Event()
    pool = ThreadPoolExecutor(workers, thread_name_prefix="freshdesk")
    under_way: dict[Future[Page], tuple[T, int]] = {}
    asked = 0
    try:
        while True:
            room = 2 * workers - len(under_way)
            for parent in islice(waiting, room):
                asked += 1
                under_way[pool.submit(read, parent, stopped)] = parent, asked
            if not under_way:
                break
            done, _ = wait(under_way, return_when=FIRST_COMPLETED)
            # Pages that arrived are yielded before an error is raised: they are paid for.
            for finished in sorted(done, key=lambda future: future.exception() is not None):
                parent, number = under_way.pop(finished)
                try:
                    page = finished.result()
                except BudgetSpent as error:
                    spent, waiting = error, iter(())
                except ABOUT_A_ROW as error:
                    yield from aside.refused(parent, error, asked)
                else:
                    yield from aside.answered(number)
                    yield page
        if spent is not None:
            raise spent
        yield from aside.settle()
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)


def check_wanted(stopped: threading.Event) -> None:
    """Raise CancelledError instead of making a call whose reply nobody waits for."""
    if stopped.is_set():
        raise CancelledError
