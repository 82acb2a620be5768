"""From calls for single rows that were refused to the rows that are set aside, or to the error that ends all.

A row is set aside for what Freshdesk says of it alone. A service that is down, a right that is withdrawn or a
blocked address refuses each row too, and must not be taken for that.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import (
    Blocked,
    FreshdeskError,
    NotAllowed,
    NotFound,
    Redirected,
    Refused,
    Unavailable,
    UnexpectedReply,
)
from freshdesk_assets.extract.rows import row_of
from freshdesk_assets.schema.page import Page

T = TypeVar("T")

ABOUT_A_ROW = (NotAllowed, Blocked, Refused, Redirected, UnexpectedReply, Unavailable)
"""Errors that a call for one row may end with while others are answered."""

OWNER = "agents/me"
"""The path of the agent whose key it is."""

IN_A_ROW = 8
"""So many refused rows, with none answered between them, are doubted together."""

MOST_UNAVAILABLE = 50
"""So many rows of a read without a usable answer are a service that is not well, even if others have one."""


@dataclass(slots=True)
class SettingAside(Generic[T]):
    """Holds refused rows back until a later call shows that such calls are answered.

    - `page`: the page that sets a row aside, made from the row and its error.
    - `control`: makes a call like the refused ones, of rows other than those given; raises what it ends with.
    """

    page: Callable[[T, FreshdeskError], Page]
    control: Callable[[list[T]], None]
    _held: list[tuple[T, FreshdeskError, int]] = field(default_factory=list)
    _unavailable: int = 0

    def refused(self, row: T, error: FreshdeskError, asked: int) -> Iterator[Page]:
        """Note a refused row; yields the pages of those that turn out to be refused for themselves.

        `asked` is how many calls were given to the workers by then. An answer of one of them shows nothing:
        it may have come from before a service went down.
        """
        self._held.append((row, error, asked))
        if len(self._held) >= IN_A_ROW:
            yield from self.settle()

    def settle(self) -> Iterator[Page]:
        """Find out about the rows that are held back; raises the error if all calls are refused."""
        if self._held:
            self.control([row for row, _, _ in self._held])
            yield from self.answered(self._held[-1][2] + 1)

    def answered(self, number: int) -> Iterator[Page]:
        """The call of this number was answered: yields the pages of the rows that were refused before it."""
        held = [each for each in self._held if each[2] < number]
        self._held = [each for each in self._held if each[2] >= number]
        for row, error, _ in held:
            yield self.page(row, error)
            self._unavailable += isinstance(error, Unavailable)
            if self._unavailable > MOST_UNAVAILABLE:
                raise error


def ask_one_of(calls: list[Callable[[], object]], client: Client) -> None:
    """Make the calls until one is answered; raises what the last ended with.

    Without calls, any of the account's replies will do.
    """
    if not calls:
        ask_account(client)
        return
    for call in calls[:-1]:
        try:
            call()
        except ABOUT_A_ROW as error:
            if isinstance(error, Unavailable):
                raise
        else:
            return
    calls[-1]()


def ask_account(client: Client) -> None:
    """Ask whose key it is, which costs a credit (docs/freshdesk_api.md, 4.10).

    That Freshdesk refuses this by a code of its own is an answer too. Raises what else the call ends with.
    """
    with suppress(NotAllowed, NotFound):
        client.get(OWNER, {}, parse=row_of, one_row=True)
