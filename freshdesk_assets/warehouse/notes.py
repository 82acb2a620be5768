"""What this process made sure of, or found out, in the files it opens: until somebody else writes there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import duckdb

Found = TypeVar("Found")

_files: dict[int, str] = {}
"""Which file a connection has open, by the connection's id."""

_made: dict[str, dict[object, object]] = {}
"""By file, what this process has made sure of there; see `once`."""

_making: dict[str, dict[object, object]] = {}
"""The same of transactions that are not committed yet."""

_found: dict[tuple[str, str], object] = {}
"""By file, what this process found out; see `found`."""


@contextmanager
def noting(connection: duckdb.DuckDBPyConnection, file: str) -> Iterator[None]:
    """Note what the transaction makes sure of in the file, for good if the block ends well."""
    _files[id(connection)] = file
    try:
        yield
        _made.setdefault(file, {}).update(_making.get(file, {}))
    finally:
        _making.pop(file, None)
        del _files[id(connection)]


def once(connection: duckdb.DuckDBPyConnection, what: object, how: object = None) -> bool:
    """Whether `what` is still to be made as `how` says in the file that is open; noted to be so from now on.

    Once per process and file, unless the transaction does not end well, or somebody else wrote to the file.
    """
    file = _files.get(id(connection))
    if file is None:
        return True
    making = _making.setdefault(file, {})
    noted = making if what in making else _made.get(file, {})
    if what in noted and noted[what] == how:
        return False
    making[what] = how
    return True


def found(connection: duckdb.DuckDBPyConnection, what: str, find: Callable[[], Found]) -> Found:
    """What was found out about the file that is open, once per process and file."""
    file = _files.get(id(connection))
    if file is None:
        return find()
    if (file, what) not in _found:
        _found[file, what] = find()
    return cast("Found", _found[file, what])


def forget(file: str) -> None:
    """Make sure of everything anew."""
    _made.pop(file, None)
    for place in [place for place in _found if place[0] == file]:
        del _found[place]
