"""From ids without a stored row to the archived rows that Freshdesk has under them, and their lists.

Rows that were archived before the first sync are in no list. They are asked for by id, the newest first. What
the archive answered is remembered, so that nothing is asked for twice.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from freshdesk_assets.extract.archive import FOR_ITSELF, Archive
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import BudgetSpent
from freshdesk_assets.extract.per_row import read_lists
from freshdesk_assets.replication.archived import Archived, Left, mark_of
from freshdesk_assets.replication.privacy import Privacy
from freshdesk_assets.replication.spending import Spending
from freshdesk_assets.replication.table import AT_THE_END
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import Table
from freshdesk_assets.stopping import postponement, undisturbed
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseError
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets.warehouse.ledger.archive import (
    answered_ids,
    count_unasked_between,
    count_unread_lists,
    record_asked,
    stored_ids,
    stored_of,
    unasked_between,
    unasked_of,
    unread_lists,
)
from freshdesk_assets.warehouse.ledger.credits import ARCHIVE, read_states
from freshdesk_assets.warehouse.ledger.parents import Parent
from freshdesk_assets.warehouse.ledger.set_aside import answered_before

AT_ONCE = 100
"""How many ids are asked for before the answers are stored: a crash loses no more."""

EVERY = 15.0
"""Seconds between two lines that say how far it is."""

LONG_RUN = 2_000
"""So many ids below the lowest stored row are asked for. If none of them answers, those below are left out:
the ids of an account may begin high."""


@dataclass(slots=True, kw_only=True)
class Search:
    """Looks for the archived rows of one table; it can be stopped at any time, and goes on where it was.

    - `privacy`: what becomes of personal data.
    - `spools`: the folder where rows wait until they are stored; `memory`: what they are stored with.
    - `given`: the ids to ask for; None for all up to the highest stored id.
    - `whole`: ids further than `far` below all that is stored are asked for too.
    - `again`: ids that the archive did not answer of before then are asked for again.
    - `found`, `absent`, `refused`, `unanswered`: afterwards, ids by the answer. `lists`: lists read.
    - `unfinished`: afterwards, why it stopped before the end.
    """

    archived: Archived
    catalog: Catalog
    warehouse: Warehouse
    spools: Path
    memory: str | None
    privacy: Privacy
    say: Callable[[str], None]
    given: tuple[int, ...] | None = None
    whole: bool = False
    far: int = LONG_RUN
    again: datetime | None = None
    found: int = 0
    absent: int = 0
    refused: int = 0
    unanswered: int = 0
    lists: int = 0
    credits: int = 0
    unfinished: str | None = None
    _begun: bool = False
    _below: int | None = None
    """Ids from here on were asked for by this search."""
    _passed: set[int] = field(default_factory=set)
    """Given ids that this search asked for."""

    @property
    def ready(self) -> bool:
        """Whether the table was read to its end: before, ids without a row may be those of rows to come."""
        if not self.warehouse.exists():
            return False
        with self.warehouse.open(checkpoint=False) as connection:
            state = read_states(connection).get(self.archived.table.name)
        return state is not None and state.finished_at is not None and not state.unfinished

    def left(self) -> Left:
        """What is still to be asked for, by what is stored now."""
        table, again = self.archived.table, self.again
        with self.warehouse.open(checkpoint=False) as connection:
            lists = sum(
                count_unread_lists(connection, table, self.archived.flag, other.recorded_as(branch))
                for other, branch in self.archived.lists
            )
            if self.given is not None:
                ids = len(unasked_of(connection, table, self.given, again))
                stored = stored_of(connection, table, self.given)
                return Left(ids=ids, lists=lists, stored=stored, known=len(self.given) - stored - ids)
            start, end = self._bounds(connection)
            return Left(
                ids=count_unasked_between(connection, table, start, end, again),
                lists=lists,
                below=count_unasked_between(connection, table, 1, start, again),
                first=start,
            )

    def go_on(self, client: Client, seconds: float) -> bool:
        """Search for so long; whether it is at its end, or at that of the credits (`unfinished`).

        Raises NoArchive, and other errors of Freshdesk and the warehouse; what was answered is stored.
        """
        began = told = time.monotonic()
        try:
            self._read_lists(client)
            while ids := self._next():
                self._ask(client, ids)
                self._read_lists(client)
                now = time.monotonic()
                if now >= told + EVERY:
                    told = now
                    left = self.left()
                    self.say(f"{self.line()}; left: {left.ids:,} ids")
                if now >= began + seconds:
                    return False
        except BudgetSpent as spent:
            self.unfinished = str(spent)
        return True

    def line(self) -> str:
        """What the search has come to, in words."""
        name = self.archived.table.name
        parts = [f"archived {name}: {self.found:,} found", f"{self.absent:,} ids are of none"]
        parts += [f"{self.refused:,} refused"] if self.refused else []
        parts += [f"{self.unanswered:,} without an answer"] if self.unanswered else []
        return f"{', '.join(parts)}; {self.lists:,} lists read, {self.credits:,} credits"

    def _bounds(self, connection: Connection) -> tuple[int, int]:
        """The ids to ask for, [start, end). The lower the lowest stored row, the lower they begin."""
        stored = stored_ids(connection, self.archived.table)
        if stored is None:
            return 1, 1
        return 1 if self.whole else max(1, stored[0] - self.far), stored[1] + 1

    def _next(self) -> list[int]:
        """The next ids; the first alone, so that an account without an archive costs one credit."""
        table, limit = self.archived.table, AT_ONCE if self._begun else 1
        with self.warehouse.open(checkpoint=False) as connection:
            if self.given is not None:
                left = [id_ for id_ in self.given if id_ not in self._passed]
                return unasked_of(connection, table, left, self.again)[:limit]
            start, end = self._bounds(connection)
            below = end if self._below is None else self._below
            return unasked_between(connection, table, start, below, self.again, limit)

    def _ask(self, client: Client, ids: list[int]) -> None:
        table = self.archived.table
        archive = Archive(client, table, self.archived.path, self._answered)
        first, self._begun = not self._begun, True
        found = 0
        try:
            with (
                self._landing(client, table, archive) as add,
                closing(archive.pages(ids)) as pages,  # type: ignore[type-var]
            ):
                for page in pages:
                    add(page)
                    found += bool(page.rows)
        except FOR_ITSELF:
            # Whether the first id alone is refused, or all are, the next ones show. It is among them again.
            if first:
                return
            raise
        finally:
            self.found += found
            self.absent += len(archive.absent)
            self.refused += len(archive.refused)
        self.unanswered += len(ids) - found - len(archive.absent) - len(archive.refused)
        self._below = min(ids)
        self._passed.update(ids)

    def _read_lists(self, client: Client) -> None:
        """Read the lists of archived rows that were never read."""
        for table, branch in self.archived.lists:
            record = table.recorded_as(branch)
            others = partial(self._read_before, record)
            before: list[Parent] = []
            # Rows that stay unread after their call, as where one is refused, end it too.
            while (parents := self._unread(record)) and parents != before:
                before = parents
                with (
                    self._landing(client, table, None) as add,
                    closing(
                        read_lists(
                            client,
                            table,
                            branch,
                            parents,
                            others,
                            self.archived.path,
                            archived=True,
                            mark=mark_of(self.archived.table, table),
                        )
                    ) as pages,  # type: ignore[type-var]
                ):
                    for page in pages:
                        add(page)
                        self.lists += not any(read.refused for read in page.parents)

    @contextmanager
    def _landing(
        self, client: Client, table: Table, asked: Archive | None
    ) -> Iterator[Callable[[Page], None]]:
        """Takes pages of a table, and stores them at the end of the block, however it ends."""
        spending = Spending(client=client, table=table.name, purpose=ARCHIVE)
        belonging = self.catalog.belonging_below((table.name, *upstream(table)))
        parent = self.catalog.parent_of(table)
        with Spool(
            self.spools,
            table,
            belonging,
            parent=parent,
            memory_limit=self.memory,
            treatment=self.privacy.treatment(table, self.catalog, self.warehouse),
        ) as spool:

            def add(page: Page) -> None:
                with postponement() as postpone:
                    postpone()
                    spool.add(page)

            try:
                yield add
            except WarehouseError:
                raise
            except BaseException as error:
                # A signal raises what is no Exception: then nobody waits for the file.
                stopped = not isinstance(error, Exception)
                file = replace(self.warehouse, lock_wait=AT_THE_END) if stopped else self.warehouse
                with undisturbed():
                    try:
                        self._store(file, spool, asked, spending)
                    except WarehouseError as second:
                        self.say(f"what was read last could not be stored either: {second}")
                raise
            self._store(self.warehouse, spool, asked, spending)
            for warning in spool.warnings:
                self.say(warning)

    def _store(self, file: Warehouse, spool: Spool, asked: Archive | None, spending: Spending) -> None:
        """Store in one transaction what came, which ids are of none, and what that cost."""
        now = datetime.now(UTC)
        with postponement() as postpone:
            with file.open(checkpoint=False) as connection:
                postpone()
                batch = spool.take()
                if not batch.settles_nothing:
                    land(connection, batch, now)
                if asked is not None:
                    record_asked(connection, self.archived.table, asked.absent, asked.refused, now)
                recorded = spending.write(connection)
            spending.told(recorded)
            self.credits += recorded.credits

    def _answered(self, without: Collection[int]) -> list[int]:
        with self.warehouse.open(checkpoint=False) as connection:
            return answered_ids(connection, self.archived.table, self.archived.flag, without)

    def _unread(self, record: str) -> list[Parent]:
        with self.warehouse.open(checkpoint=False) as connection:
            return unread_lists(connection, self.archived.table, self.archived.flag, record, AT_ONCE)

    def _read_before(self, record: str, without: Collection[int]) -> list[Parent]:
        with self.warehouse.open(checkpoint=False) as connection:
            found = answered_before(connection, record, self.archived.table, without)
        return [Parent(*row) for row in found]
