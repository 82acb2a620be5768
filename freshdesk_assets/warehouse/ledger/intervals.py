"""Intervals of time, [from, to): joined, subtracted and intersected in this one place."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

Interval: TypeAlias = tuple[datetime, datetime]


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    """The intervals in order, those that touch or overlap made one."""
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def uncovered(done: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    """The parts of [start, end) that lie in none of the intervals done, in order."""
    left: list[Interval] = []
    reached = start
    for opens, closes in sorted(done):
        if min(opens, end) > reached:
            left.append((reached, min(opens, end)))
        reached = max(reached, closes)
    return [*left, (reached, end)] if reached < end else left


def common(several: Iterable[Iterable[Interval]]) -> list[Interval]:
    """The parts that lie in an interval of each of them, in order."""
    first, *others = [list(intervals) for intervals in several]
    for other in others:
        pairs = [(max(a, c), min(b, d)) for a, b in first for c, d in other]
        first = [(opens, closes) for opens, closes in pairs if opens < closes]
    return sorted(first)
