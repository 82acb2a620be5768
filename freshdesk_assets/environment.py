"""What a process finds around it: variables that are no settings, the file `.env`, folders to write to."""

import os
from collections.abc import Collection
from contextlib import suppress
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryFile

from freshdesk_assets.file_modes import FILE_MODE, PRIVATE
from freshdesk_assets.setting_values import plain
from freshdesk_assets.settings import PREFIX, Settings, variable

ENV_FILE = ".env"

REMOVED = {"FRESHDESK_SKIP_UNTOUCHED": "every changed ticket is asked for its conversations"}
"""Settings of earlier versions that this one ignores, with what holds instead."""


def load_env_file() -> str | None:
    """Add what `.env` sets to the environment; a sentence if the file cannot be read."""
    from dotenv import load_dotenv

    file = Path(ENV_FILE)
    try:
        if file.is_file():
            load_dotenv(file)
    except (UnicodeDecodeError, ValueError):
        return f"{file.resolve()} is not text in UTF-8: save it anew in that encoding"
    except OSError as error:
        return f"{file.resolve()} cannot be read ({error.strerror}): change its rights"
    return None


def file_mode() -> str:
    """The mode of files that the environment asks for, else `.env`; a wrong one is what the definitions say.

    Dagster's own processes, its daemon and its web server, read no settings and not `.env`.
    """
    name, given = variable("file_mode"), ""
    with suppress(OSError, ValueError):
        from dotenv import dotenv_values

        given = plain(os.environ.get(name) or dotenv_values(ENV_FILE).get(name) or "")
    return given.zfill(4) if FILE_MODE.fullmatch(given) else PRIVATE


def give(name: str, value: str) -> None:
    """Set a variable for the programs that this one becomes or starts."""
    os.environ[name] = value


def leave_out_warning(begins: str) -> None:
    """Have Python not show warnings that begin so, in the programs that this one begins or becomes."""
    known = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (known, f"ignore:{begins}")))


def without_effect(keys: Collection[str] = ()) -> list[str]:
    """A sentence for each variable that is set like a setting and is none, or none any more.

    `keys` are variables that hold the keys of accounts, whatever they are called.
    """
    said, fields = [], [name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name.removeprefix(PREFIX) in fields or not os.environ[name]:
            continue
        if name in keys:
            continue
        if name in REMOVED:
            said.append(f"{name} has no effect any more, for {REMOVED[name]}: remove it")
        elif near := get_close_matches(name.upper().removeprefix(PREFIX), fields, n=1, cutoff=0.8):
            said.append(f"{name} has no effect, for it is no setting: {PREFIX}{near[0]} is one")
        else:
            said.append(f"{name} has no effect, for it is no setting: `freshdesk-assets settings` shows all")
    return said


def can_write(folder: Path) -> bool:
    """Whether a file can be made in the folder: rights do not say so on every disk, nor for every user."""
    try:
        with TemporaryFile(dir=folder) as made:
            made.write(b"a row")
            made.flush()
    except OSError:
        return False
    return True
