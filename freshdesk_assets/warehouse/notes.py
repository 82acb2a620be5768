"""What this process created or found out in a file is remembered, until another process writes there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar, cast

import duckdb

Found = TypeVar("Found")

_files: dict[int, str] = {}
"""Which file a connection has open, by the connection's id."""

_made: dict[str, dict[object, object]] = {}
"""By file, what this process has ensured there; see `once`."""

_making: dict[str, dict[object, object]] = {}
"""The same for transactions that are not committed yet."""

_found: dict[tuple[str, str], object] = {}
"""By file, what this process found out; see `found`."""


@contextmanager
def noting(connection: duckdb.DuckDBPyConnection, file: str) -> Iterator[None]:
    """Note what the transaction ensures in the file; kept if the block ends without an error."""
    _files[id(connection)] = file
    try:
        yield
        _made.setdefault(file, {}).update(_making.get(file, {}))
    finally:
        _making.pop(file, None)
        del _files[id(connection)]


def once(connection: duckdb.DuckDBPyConnection, what: object, how: object = None) -> bool:
    """Whether the caller must make `what`, in the form `how`, in the open file; noted as made from now on.

    True once per process and file. True again if the transaction fails, or another process writes to the
    file.
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
    """Forget what was noted of the file, so that it is ensured and found out anew."""
    _made.pop(file, None)
    for place in [place for place in _found if place[0] == file]:
        del _found[place]
