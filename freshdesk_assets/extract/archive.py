"""From ids to the rows that Freshdesk's archive has under them; most ids may have none.

There is no list of archived rows: each is answered by its id alone (docs/freshdesk_api.md, 4.4).
"""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from freshdesk_assets.extract.existence import archived_page
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import (
    NO_FEATURE,
    Blocked,
    FreshdeskError,
    NotAllowed,
    NotFound,
    Refused,
)
from freshdesk_assets.extract.per_row import check_wanted, concurrently
from freshdesk_assets.extract.replies import row_reader
from freshdesk_assets.extract.set_aside import SettingAside, ask_one_of
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.table import Table

FOR_ITSELF = (NotAllowed, Blocked, Refused)
"""Refusals that another attempt would meet again; of what else goes wrong with an id nothing is kept."""

OthersOf = Callable[[Collection[int]], Sequence[int]]
"""From refused ids to a few others that the archive answered of."""


class NoArchive(FreshdeskError):
    """The account's plan has no archive."""


@dataclass(slots=True)
class Archive:
    """Asks the archive for rows of a table by their ids.

    - `others`: ids that were answered before, asked again to tell a refused id from a right that is missing.
    - `absent`: afterwards, the ids under which there is nothing.
    - `refused`: afterwards, by id, with what it was refused.
    """

    client: Client
    table: Table
    path: str
    others: OthersOf
    absent: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)
    _answered: list[int] = field(default_factory=list)

    def pages(self, ids: Iterable[int]) -> Iterator[Page]:
        """A page per id; an id that got no usable answer is in none of the results, and may be asked again.

        Raises NoArchive, and what else ends the calls of all ids.
        """
        aside = SettingAside(self._set_aside, self._control)
        yield from concurrently(self.client.workers, self._ask, ids, aside)

    def ask(self, id_: int) -> bytes | None:
        """The row as the archive has it; None if there is none."""
        try:
            (row,) = self.client.get(
                self.path.format(id=id_), {}, parse=row_reader(self.table), one_row=True
            ).content
        except NotFound:
            return None
        except NotAllowed as error:
            if error.code == NO_FEATURE:
                raise NoArchive(str(error)) from error
            raise
        return row

    def _ask(self, id_: int, stopped: threading.Event) -> Page:
        check_wanted(stopped)
        row = self.ask(id_)
        self._answered.append(id_)
        if row is None:
            self.absent.append(id_)
            return NOTHING
        return archived_page(self.table, id_, row, self.table.listings[0].defaults)

    def _set_aside(self, id_: int, error: FreshdeskError) -> Page:
        if isinstance(error, FOR_ITSELF):
            self.refused[id_] = error.sign
        return NOTHING

    def _control(self, refused: list[int]) -> None:
        """Ask for ids that were answered before; without any, what is refused is taken to be the archive."""
        answered = self._answered[-CONTROLS:] or self.others(refused)
        if answered:
            ask_one_of([partial(self.ask, id_) for id_ in answered], self.client)
            return
        # It is answered now, or raises what it is refused with.
        self.ask(refused[0])


CONTROLS = 3
"""How many ids are asked for once more before all are taken to be refused."""

NOTHING = Page(listing="archived", rows=())
"""What an id without a row brings."""
