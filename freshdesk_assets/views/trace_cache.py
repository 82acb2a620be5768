"""From SQL to what was found out about it, cached: parsing 77 views would cost each process 2 s of CPU.

The cache is in the user's cache folder. A finding is stored under a hash of what it was found in, and is
found anew when that has changed. Where nothing can be stored, it is found anew each time, without an error.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from secrets import token_hex
from typing import Any

AT_MOST = 8
"""How many findings of a kind are kept, those of other checkouts and versions included."""


def kept(kind: str, made_of: object, find: Callable[[], Any]) -> Any:
    """What `find` finds in `made_of`, as JSON holds it; cached under a hash of the `repr` of `made_of`."""
    key = hashlib.sha256(repr((version("sqlglot"), made_of)).encode()).hexdigest()[:32]
    name = f"{kind}-{key}.json"
    # A user without a home folder, as a container may have, is a RuntimeError.
    with suppress(OSError, ValueError, RuntimeError):
        return json.loads((folder() / name).read_text(encoding="utf-8"))
    found = find()
    with suppress(OSError, RuntimeError):
        _keep(folder() / name, json.dumps(found))
    return found


def folder() -> Path:
    """The folder of the cache."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "freshdesk-assets"


def _keep(file: Path, text: str) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = file.with_name(f"{file.name}.{token_hex(4)}")
    made.touch(mode=0o600)
    made.write_text(text, encoding="utf-8")
    os.replace(made, file)
    kind = file.name.partition("-")[0]
    oldest_first = sorted(file.parent.glob(f"{kind}-*.json"), key=lambda each: each.stat().st_mtime)
    for old in oldest_first[:-AT_MOST]:
        old.unlink(missing_ok=True)
