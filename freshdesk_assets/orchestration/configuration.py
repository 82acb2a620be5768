"""From a packaged configuration to the `dagster.yaml` of a DAGSTER_HOME: made, or renewed if unchanged.

The first line of a configuration has its name and the sha256 of all other lines. So the file itself shows
whether a version of this project wrote it and nobody changed it since. If so, a newer version replaces it.
"""

import hashlib
import os
import re
from importlib.resources import files
from pathlib import Path

CONFIG = "dagster.yaml"

FIRST_LINE = re.compile(r"# (dagster(?:\.postgres)?\.yaml) of freshdesk-assets, sha256 ([0-9a-f]{64})")

EARLIER = {
    "2235d96640e918eec5c89147a58a670dd6a70a31951633eac6d1a3a96aaecf21": "dagster.yaml",
    "f286c815742c3e2ba6887ffcc72192e66bf920237624b8d98f1e2f4e2316b10b": "dagster.yaml",
    "c188ed601bc3e1b31736626c8b875bad98f0530d6015a12f7f3c4d0dbc9ed1f6": "dagster.yaml",
    "5b07872f2a057e7bdd05289b1e2b01477d0c845d647f3c600a4fb515fa286765": "dagster.yaml",
    "8a2cb6632630f6404bc74eecb195e527c3091b8c4eaec6d7b5962024b92be802": "dagster.yaml",
    "96be927f31210bc152e907d22b18bc838dfb21cf43de95260fd4e29e98bbef41": "dagster.postgres.yaml",
    "d0636da62eea42e72d5adde4c7b3399f9b5eea34b7faad2bf936395db74fbf5a": "dagster.postgres.yaml",
}
"""The versions that have no such first line: the sha256 of the whole file, and its name."""


def ensure_configuration(home: Path) -> str | None:
    """Write or renew the configuration of a DAGSTER_HOME; a sentence for the user if an old one is kept."""
    config = home / CONFIG
    if not config.exists():
        _replace(config, packaged(CONFIG))
        return None
    present = config.read_text()
    name = unchanged(present)
    if name is not None:
        if present != packaged(name):
            _replace(config, packaged(name))
        return None
    named = FIRST_LINE.match(present)
    if named and packaged(named[1]).startswith(named[0]):
        # Somebody changed the present version.
        return None
    return (
        f"{config} was changed by hand and is not renewed. To store run records in batches, move it"
        f" aside for a new one, or copy to it the first line and `storage` of {files(__package__) / CONFIG}."
    )


def packaged(name: str) -> str:
    """The text of a configuration in this version."""
    return (files(__package__) / name).read_text()


def unchanged(text: str) -> str | None:
    """The name of the configuration that a text is, in any version; None if somebody changed it."""
    first, _, rest = text.partition("\n")
    if named := FIRST_LINE.match(first):
        return named[1] if _sha256(rest) == named[2] else None
    return EARLIER.get(_sha256(text))


def sealed(name: str, text: str) -> str:
    """A configuration with its first line, made from its name and the sha256 of the rest."""
    first, _, rest = text.partition("\n")
    body = rest if FIRST_LINE.match(first) else text
    seal = f"# {name} of freshdesk-assets, sha256 {_sha256(body)} of what follows; renewed while that is so."
    return f"{seal}\n{body}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _replace(config: Path, text: str) -> None:
    """Replace the file in one step, because another process may be reading it."""
    beside = config.with_name(f"{config.name}.{os.getpid()}")
    beside.write_text(text)
    beside.replace(config)
