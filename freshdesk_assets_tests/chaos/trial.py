"""A sync that is to meet faults, and what a fault is."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from freshdesk_assets_tests.chaos.site import Site


class Kind(StrEnum):
    """Whose fault it is."""

    NETWORK = "network"
    SERVER = "server"
    DATA = "data"
    MACHINE = "machine"
    HUMAN = "human"


@dataclass(slots=True, kw_only=True)
class Trial:
    """A sync to be carried out, and what is to go wrong with it."""

    site: Site
    arguments: list[str] = field(default_factory=lambda: ["sync"])
    settings: dict[str, str] = field(default_factory=dict)
    skew: timedelta = timedelta(0)
    largest: int | None = None
    patience: int | None = None
    """Seconds after which somebody ends the sync."""
    signal: tuple[int, int] | None = None
    """The signal that the sync gets, and at which call."""
    beside: list[Sequence[str]] = field(default_factory=list)
    """Commands that run at the same time."""
    at_call: dict[int, Callable[[], object]] = field(default_factory=dict)
    """What happens in the account before the nth call is answered."""
    afterwards: list[Callable[[], object]] = field(default_factory=list)
    """What ends the faults that do not end by themselves."""


Strike = Callable[[Trial, random.Random], str]
"""Prepares a fault; returns what a log says of it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that can be drawn.

    - needs_file: it strikes a replica that is there, so that it is not drawn before the first sync.
    - leaves_rows: what it disturbs is right again only when its days have been read again.
    """

    name: str
    kind: Kind
    strike: Strike
    needs_file: bool = False
    leaves_rows: bool = False
