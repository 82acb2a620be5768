r"""From a path to the SQL string that DuckDB takes for this file and no other.

DuckDB takes a path for more than a name. In functions that read, `[`, `*` and `?` make it a pattern. In the
name of a file that it opens, a `\` separates folders, and a `?` ends the name: the log of `what?/replica` is
`what.wal?/replica` (observed with 1.5.5 and 2.0.0).
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from freshdesk_assets.warehouse.sql import literal

PATTERN = re.compile(r"([*?\[])")
"""What DuckDB takes for a pattern in a path that it reads."""


def written(path: Path) -> str:
    """The SQL string of a file that DuckDB copies rows to."""
    return literal(plain(path))


def opened(path: Path) -> str:
    """The SQL string of a file that DuckDB attaches; makes the folder where it keeps the log."""
    if "?" in str(path.parent):
        log_of(path).parent.mkdir(exist_ok=True)
    return literal(plain(path))


def log_of(path: Path) -> Path:
    """Where DuckDB keeps what is not in the file yet."""
    before, odd, after = str(path).partition("?")
    return Path(f"{before}.wal{odd}{after}")


def read(path: Path) -> str:
    """The SQL string of a file that DuckDB reads as a whole, which its name does not choose by a pattern."""
    return literal(_escaped(plain(path)))


def read_all(folder: Path, suffix: str) -> str:
    """The SQL string of all files in a folder whose names end so."""
    return literal(f"{_escaped(plain(folder / '_').removesuffix('_'))}*{suffix}")


def plain(path: Path) -> str:
    r"""The path without a `\`: a folder with one in its name is reached by way of a link to it."""
    folder = path.parent
    if "\\" not in str(folder):
        return str(path)
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    link = Path(tempfile.gettempdir()) / f"freshdesk-assets-{os.getuid()}-{name}"
    try:
        link.symlink_to(folder)
    except FileExistsError:
        # Anyone can make a link there first.
        if link.lstat().st_uid != os.getuid() or os.readlink(link) != str(folder):
            raise OSError(f"{link} is in the way of a link to {folder}: remove it") from None
    return str(link / path.name)


def _escaped(path: str) -> str:
    return PATTERN.sub(r"[\1]", path)
