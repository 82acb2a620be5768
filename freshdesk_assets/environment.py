"""From the variables of a process, and the file `.env` beside it, to what of them is no setting."""

import os
from difflib import get_close_matches
from pathlib import Path

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
            said.append(f"{name} has no effect, for it is no setting: see docs/settings.md")
    return said
