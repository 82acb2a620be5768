"""From a run to its course: made by the executor, told of by tables and by what follows them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from freshdesk_assets.replication.course import Course, Watcher

_under_way: dict[str, Course] = {}
_watchers: list[Watcher] = []


@contextmanager
def course_of(run_id: str, say: Callable[[str], None], asking: set[str], steps: int) -> Iterator[None]:
    """Follow a run while the block runs: the tables whose steps are `asking`, and so many steps in all."""
    tables = {step.rpartition("__")[2] for step in asking}
    _under_way[run_id] = Course(
        say=say, watchers=tuple(_watchers), tables=tables, asking=asking, steps=steps - len(tables)
    )
    try:
        yield
    finally:
        del _under_way[run_id]


def course(run_id: str) -> Course:
    """The course of a run; one of its own where a step is executed by other means."""
    return _under_way.get(run_id) or Course(say=lambda _: None)


@contextmanager
def watched(by: Watcher) -> Iterator[None]:
    """Show the runs that this process begins inside the block."""
    _watchers.append(by)
    try:
        yield
    finally:
        _watchers.remove(by)
