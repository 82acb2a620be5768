"""From the pages of a list that was asked for in the order of a time to whether it came so.

A row can show another time than the one by which Freshdesk put it in its place: it changed in between. A
cursor that stands on such a row passes rows that were never sent. So a page out of order is no place to go on
from: the list is read on by page number, which needs no order, until order has returned.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from freshdesk_assets.extract.http.client import Reply
from freshdesk_assets.extract.rows import RowReader

MOSTLY = 0.9
"""The share of a page's times that rise, from which on the others are single rows that show an odd time. Of a
hundred rows in no order, some twenty rise."""

ASKED_AGAIN = 3
"""How often in a row a page out of order is asked for again in vain, until no other is."""


@dataclass(slots=True)
class Order:
    """What the pages of a list have shown, since the time from which it was asked for.

    - `broken`: whether the last page was out of order, or order has not returned since one was.
    - `times`: those of the last page by which reading goes on; of a broken list, those of its new rows.
    - `settled`: while broken, the time before which every row was read; None if that is not known.
    """

    reader: RowReader
    broken: bool = False
    times: list[datetime] = field(default_factory=list)
    settled: datetime | None = None
    _hopeless: bool = False
    _highest: datetime | None = None
    _before: Sequence[bytes] = ()
    _timed: tuple[Sequence[bytes], list[datetime]] = ((), [])

    def reached(self, at: datetime, trusted: datetime | None) -> datetime:
        """The time before which every row was read, `at` or later; no row later than `trusted` counts."""
        if self.broken:
            return max(at, self.settled or at)
        return max((each for each in self.times if trusted is None or each <= trusted), default=at)

    def in_order(self, rows: Sequence[bytes]) -> bool:
        """Whether the times of the rows rise."""
        times = self._times(rows)
        return times == sorted(times)

    def heed(self, rows: Sequence[bytes]) -> None:
        """Take note of a page, which overlaps the one before it."""
        self.times = times = self._times(rows)
        if self.broken:
            before = {self.reader.mark(row) for row in self._before}
            self.times = self._times([row for row in rows if self.reader.mark(row) not in before])
        rises = self.times == sorted(self.times)
        if self.broken and rises and self.times and (self._highest is None or self.times[0] >= self._highest):
            self.broken = False
        elif self.broken or not rises:
            self.broken = True
            self._go_on(times)
        self._before = rows

    def _go_on(self, times: list[datetime]) -> None:
        """Note how far the order of a list can be trusted that has a page out of order."""
        rising = _longest_rise(times)
        self._hopeless = self._hopeless or len(rising) < MOSTLY * len(times)
        reached = max(times, default=None) if self._hopeless else max(rising, default=None)
        if reached is not None:
            self._highest = max(reached, self._highest or reached)
        # At least one row of the page shows the time of its place, and no later page has an earlier place.
        if not self._hopeless and times:
            self.settled = max(min(times), self.settled or min(times)).replace(microsecond=0)

    def _times(self, rows: Sequence[bytes]) -> list[datetime]:
        if rows is not self._timed[0]:
            self._timed = rows, [moment for row in rows if (moment := self.reader.moment(row))]
        return self._timed[1]


@dataclass(slots=True)
class Patience:
    """Asks again for pages that are out of order, as long as that has helped lately."""

    _in_vain: int = 0

    def ask(self, order: Order, ask: Callable[[], Reply[list[bytes]]]) -> Reply[list[bytes]]:
        """What `ask` answers, asked again while it is out of order; a broken order is not mended so."""
        reply = ask()
        while not order.broken and self._in_vain < ASKED_AGAIN and not order.in_order(reply.content):
            self._in_vain += 1
            reply = ask()
            if order.in_order(reply.content):
                self._in_vain = 0
        return reply


@dataclass(slots=True)
class Footing:
    """The row by whose time reading goes on, which the next page must show.

    As the last of its page, a row that shows a later time than that of its place is told from the others by
    nothing. Asked for from that time, the list has neither that row nor those before that time. Then it is
    asked for from `before`, the time of the row before it, and the row is no longer the last.
    """

    reader: RowReader
    before: datetime | None = None
    _key: tuple[str, ...] | None = None
    _in_vain: int = 0

    def take(self, rows: Sequence[bytes], at: datetime, last: datetime) -> datetime:
        """Stand on the row that shows the time `last`; the time before which every row was certainly read.

        That is `last` where several rows show it, or where nothing else is later than `at`.
        """
        there: list[bytes] = []
        self.before = self._key = None
        for row in reversed(rows):
            moment = self.reader.moment(row)
            if moment and (moment := moment.replace(microsecond=0)) < last:
                self.before = moment
                break
            if moment == last:
                there.append(row)
        if len(there) != 1 or self.before is None or self.before <= at or self._in_vain >= ASKED_AGAIN:
            return last
        self._key = self.reader.key(there[0])
        return self.before

    def lost(self, rows: Sequence[bytes]) -> bool:
        """Whether the first page since then lacks the row."""
        key, self._key = self._key, None
        if key is None:
            return False
        found = any(self.reader.key(row) == key for row in rows)
        self._in_vain = 0 if found else self._in_vain + 1
        return not found


def _longest_rise(times: Sequence[datetime]) -> list[datetime]:
    """As many times as the longest rising part of a sequence has, the last one its end."""
    ends: list[datetime] = []
    for moment in times:
        place = bisect_right(ends, moment)
        ends[place : place + 1] = [moment]
    return ends
