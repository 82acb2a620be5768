"""From doubts to verdicts: rows that no list sent any more are asked for, one by one.

It is not established what `/tickets/{id}` answers for an archived ticket (docs/freshdesk_api.md, 4.2): 404, a
redirect, the ticket with `archived`, or the ticket as if it were not archived. In each case the row is found
to be archived.
"""

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from freshdesk_assets.extract.http.errors import NO_FEATURE, FreshdeskError, NotAllowed, NotFound, Redirected
from freshdesk_assets.extract.per_row import check_wanted, concurrently, list_of
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.extract.replies import row_reader
from freshdesk_assets.extract.rows import RowReader, fields_of
from freshdesk_assets.extract.set_aside import SettingAside, ask_account
from freshdesk_assets.schema.endpoint import Existence, Value
from freshdesk_assets.schema.page import Doubt, Fate, Page, Verdict
from freshdesk_assets.schema.sync import Branch
from freshdesk_assets.schema.table import Table


def ask_doubts(reader: Reader, table: Table, existence: Existence, doubts: Iterable[Doubt]) -> Iterator[Page]:
    """A page per doubt: what became of its rows, and the rows themselves where they say something new.

    A row that Freshdesk refuses keeps its doubt, and the others are asked for.
    """
    asking = Asking(reader, table, existence)
    ask = asking.ask_row if existence.by == table.key[0] else asking.ask_list

    def undecided(doubt: Doubt, _error: FreshdeskError) -> Page:
        return _decided(doubt, Fate.UNKNOWN)

    aside = SettingAside(undecided, lambda _: ask_account(reader.client))
    yield from concurrently(reader.client.workers, ask, doubts, aside)


@dataclass(slots=True)
class Asking:
    """Decides what became of a doubted row: it exists, is archived or is gone."""

    reader: Reader
    table: Table
    existence: Existence

    def ask_row(self, doubt: Doubt, stopped: threading.Event) -> Page:
        """Whether Freshdesk has the row, and where; the likelier place is asked first."""
        check_wanted(stopped)
        try:
            return self._look(doubt)
        except NotAllowed:
            return _decided(doubt, Fate.UNKNOWN)

    def _look(self, doubt: Doubt) -> Page:
        row: bytes | None
        if doubt.idle and (row := self._archived(doubt)):
            return self._kept(doubt, row)
        try:
            row = self._get(self.existence.path, doubt)
        except NotFound:
            row = None if doubt.idle else self._archived(doubt)
            return self._kept(doubt, row) if row else _decided(doubt, Fate.GONE)
        except Redirected:
            row = None if doubt.idle else self._archived(doubt)
            return self._kept(doubt, row) if row else _decided(doubt, Fate.UNKNOWN)
        if self._says_archived(row):
            return self._kept(doubt, row)
        # The row is as a list last sent it, yet no list sends it now: the archive may have it.
        if not doubt.idle and not self._moved_on(row, doubt) and (archived := self._archived(doubt)):
            return self._kept(doubt, archived)
        return _decided(doubt, Fate.EXISTS)

    def ask_list(self, doubt: Doubt, stopped: threading.Event) -> Page:
        """Whether the rows are in the list of the row that they belong to.

        Where that row has no list, it is archived or gone itself, and what is found out of it decides.
        """
        listing = self.table.listings[0]
        by = self.existence.by
        path = self.existence.path.replace(f"{{{by}}}", "{id}")
        branch = Branch(parent=self.table.name, path=path, column=by)
        parts = list_of(self.reader.client, self.table, listing, branch, doubt.id, stopped)
        if parts is None:
            return _decided(doubt, Fate.UNKNOWN)
        rows = tuple(row for part in parts for row in part.rows)
        mark = RowReader(self.table).mark
        listed = {mark(row)[0] for row in rows}
        verdicts = tuple(
            Verdict(id=id_, fate=Fate.EXISTS if str(id_).encode() in listed else Fate.GONE)
            for id_ in doubt.rows
        )
        return Page(listing=listing.name, rows=rows, defaults=listing.defaults, verdicts=verdicts)

    def _archived(self, doubt: Doubt) -> bytes | None:
        """The row as the archive has it; None if the archive does not have it, or there is no archive."""
        if not self.existence.archived or self.table.name in self.reader.without_archive:
            return None
        try:
            return self._get(self.existence.archived, doubt)
        except NotFound:
            return None
        except NotAllowed as error:
            # Where the plan has no archive, nothing is archived.
            if error.code != NO_FEATURE:
                raise
            self.reader.without_archive.add(self.table.name)
            return None

    def _get(self, path: str, doubt: Doubt) -> bytes:
        (row,) = self.reader.client.get(
            re.sub(r"\{\w+\}", str(doubt.id), path), {}, parse=row_reader(self.table), one_row=True
        ).content
        return row

    def _says_archived(self, row: bytes) -> bool:
        return bool(self.existence.flag) and fields_of(row).get(self.existence.flag) == b"true"

    def _moved_on(self, row: bytes, doubt: Doubt) -> bool:
        moment = RowReader(self.table, self.table.version[0]).moment(row)
        return moment is not None and doubt.version is not None and moment > doubt.version

    def _kept(self, doubt: Doubt, row: bytes) -> Page:
        return archived_page(self.table, doubt.id, row)


def archived_page(table: Table, id_: int, row: bytes, defaults: Mapping[str, Value] | None = None) -> Page:
    """A row from the archive, without the keys that only such a reply has; `defaults` are a new row's."""
    sent = fields_of(row)
    known = {column.steps[0] for column in table.columns}
    own = {key: msgspec.Raw(value) for key, value in sent.items() if key in known}
    missing = frozenset(column.name for column in table.columns if column.steps[0] not in sent)
    return Page(
        listing="archived",
        rows=(msgspec.json.encode(own),) if own else (),
        keep=missing,
        defaults=defaults or {},
        verdicts=(Verdict(id=id_, fate=Fate.ARCHIVED),),
    )


def _decided(doubt: Doubt, fate: Fate) -> Page:
    verdicts = tuple(Verdict(id=id_, fate=fate) for id_ in doubt.rows)
    return Page(listing="doubts", rows=(), verdicts=verdicts)
