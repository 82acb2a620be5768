"""From who may read what is stored to the modes of the files and folders that a process makes.

DuckDB, SQLite and Dagster make most of them, at moments that nobody here sees: a log at a commit, a folder
for what memory does not hold. A process's mask is what all of them go by.
"""

import os
import re

PRIVATE = "0600"
"""For the user alone who runs the process."""

FILE_MODE = re.compile(r"0?6[046][046]")
"""What can be asked for: the owner reads and writes, nobody executes."""


def folder_mode(mode: str) -> int:
    """The mode of the folders of such files: who may read a file may list its folder and go through it."""
    given = int(mode, 8)
    return given | (given & 0o444) >> 2


def make_files(mode: str = PRIVATE) -> None:
    """Give this mode to what the process, and those that it starts, make from here on.

    Files and folders that are there stay as they are.
    """
    os.umask(0o777 & ~folder_mode(mode))
