"""From Ctrl-C or SIGTERM to the end of a command: at any moment, in a word, with what was read stored."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)

STOPPED = 130
"""The exit code of a command that was stopped, as shells give it for Ctrl-C; SIGTERM has the same."""

SAME = 5.0
"""Seconds in which a signal is not heeded after another: who presses Ctrl-C three times wants one end."""

Handlers = dict[signal.Signals, Callable[[int, FrameType | None], object] | int | None]


class Stopped(Exception):
    """A command was stopped by a signal."""


@contextmanager
def stoppable(*, to_the_end: bool) -> Iterator[None]:
    """Raise Stopped if a signal comes inside the block, whatever becomes of its KeyboardInterrupt.

    After the block, signals are as before; or with `to_the_end`, they are not heeded, for the process ends.
    """
    stop = _Stop()
    before = _set(stop.raise_once)
    try:
        with _untold():
            yield
    except BaseException as error:
        _set(_not_heeded)
        if stop.asked or isinstance(error, KeyboardInterrupt):
            raise Stopped from None
        raise
    finally:
        if to_the_end:
            _set(_not_heeded)
        else:
            _restore(before)


@contextmanager
def _untold() -> Iterator[None]:
    """Let no library tell of a signal as of an error: SQLAlchemy does, of a connection that it closes."""

    def is_error(record: logging.LogRecord) -> bool:
        return not (record.exc_info and isinstance(record.exc_info[1], KeyboardInterrupt))

    # What nobody has a handler for goes to the terminal by this one.
    terminal = logging.lastResort or logging.NullHandler()
    terminal.addFilter(is_error)
    try:
        yield
    finally:
        terminal.removeFilter(is_error)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Inside the block, signals are not heeded: for what puts things in order after one."""
    before = _set(_not_heeded)
    try:
        yield
    finally:
        _restore(before)


@contextmanager
def postponement() -> Iterator[Callable[[], None]]:
    """Heed at the block's end what signal comes after the yielded function was called inside it.

    It is for a short transaction that stores what was paid for. Waiting for the file can be interrupted.
    """
    came: list[int] = []
    before: Handlers = {}
    try:
        yield lambda: before.update(_set(lambda number, _frame: came.append(number)))
    finally:
        _restore(before)
        if came:
            signal.raise_signal(came[0])


class _Stop:
    """Raises KeyboardInterrupt for a signal, which some library may turn into another error."""

    def __init__(self) -> None:
        self.asked = False
        self._last = 0.0

    def raise_once(self, number: int, _frame: FrameType | None) -> None:
        """Raise it with the signal's number, but not again in the next moments."""
        if self.asked and time.monotonic() - self._last < SAME:
            return
        self.asked, self._last = True, time.monotonic()
        raise KeyboardInterrupt(number)


def _not_heeded(_number: int, _frame: FrameType | None) -> None:
    """Do nothing. Unlike SIG_IGN, this is not handed on to a child process."""


def _set(handler: Callable[[int, FrameType | None], object]) -> Handlers:
    """Handle the signals; returns what did before. One that is ignored stays so, as in the background."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    before: Handlers = {number: signal.getsignal(number) for number in SIGNALS}
    for number, known in before.items():
        if known is not signal.SIG_IGN:
            signal.signal(number, handler)
    return before


def _restore(before: Handlers) -> None:
    for number, handler in before.items():
        if handler is not None:
            signal.signal(number, handler)
