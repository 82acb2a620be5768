"""Stretches of time, [from, to): what of one is left, and what several have in common."""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias

Interval: TypeAlias = tuple[datetime, datetime]


def uncovered(done: Iterable[Interval], start: datetime, end: datetime) -> list[Interval]:
    """What of [start, end) lies in none of the stretches done, in order."""
    left: list[Interval] = []
    reached = start
    for opens, closes in sorted(done):
        if min(opens, end) > reached:
            left.append((reached, min(opens, end)))
        reached = max(reached, closes)
    return [*left, (reached, end)] if reached < end else left


def common(several: Iterable[Iterable[Interval]]) -> list[Interval]:
    """What lies in a stretch of each of them, in order."""
    first, *others = [list(stretches) for stretches in several]
    for other in others:
        pairs = [(max(a, c), min(b, d)) for a, b in first for c, d in other]
        first = [(opens, closes) for opens, closes in pairs if opens < closes]
    return sorted(first)
