"""What a process finds around it: variables that are no settings, the file `.env`, folders to write to."""

import os
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryFile

from freshdesk_assets.settings import PREFIX, Settings

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


def give(name: str, value: str) -> None:
    """Set a variable for the programs that this one becomes or starts."""
    os.environ[name] = value


def leave_out_warning(begins: str) -> None:
    """Have Python not show warnings that begin so, in the programs that this one begins or becomes."""
    known = os.environ.get("PYTHONWARNINGS")
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, (known, f"ignore:{begins}")))


def without_effect() -> list[str]:
    """A sentence for each variable that is set like a setting and is none, or none any more."""
    said, fields = [], [name.upper() for name in Settings.model_fields]
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name.removeprefix(PREFIX) in fields or not os.environ[name]:
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
