"""From a packaged configuration to the `dagster.yaml` of a DAGSTER_HOME: made, or renewed if unchanged.

The first line of a configuration has its name and the sha256 of all other lines. So the file itself shows
whether a version of this project wrote it and nobody changed it since. If so, a newer version replaces it.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.internals import PoolGranularity

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


def ensure_configuration(home: Path) -> None:
    """Write or renew the configuration of a DAGSTER_HOME; one that somebody changed is left as it is."""
    config = home / CONFIG
    if not config.exists():
        _replace(config, packaged(CONFIG))
        return
    present = config.read_text(encoding="utf-8-sig")
    name = unchanged(present)
    if name is not None and present != packaged(name):
        _replace(config, packaged(name))


def complaint(home: Path, instance: dg.DagsterInstance) -> str | None:
    """A sentence on what the configuration of a DAGSTER_HOME lacks and what that means; None if nothing."""
    if not (lacking := list(_lacking(instance))):
        return None
    return (
        f"{home / CONFIG} was changed by hand and is not renewed. What it lacks: {'; '.join(lacking)}. Copy"
        f" what you want of it from {files(__package__) / CONFIG}, or move your file aside for a new one."
    )


def _lacking(instance: dg.DagsterInstance) -> Iterator[str]:
    """What the replica needs of a configuration and this one does not have, as Dagster understands it."""
    if not type(instance.event_log_storage).__module__.startswith(f"{__package__}."):
        yield "`storage` as ours (Dagster's own takes far longer to record partitions)"
    queue = instance.get_concurrency_config().run_queue_config
    if queue is None:
        yield "the queue of `run_coordinator` (runs wait for each other inside their processes)"
    elif queue.max_concurrent_runs == 0:
        yield "`max_concurrent_runs` above 0 (no schedule's run begins)"
    if instance.get_concurrency_config().pool_config.pool_granularity is not PoolGranularity.RUN:
        yield "`concurrency: pools: granularity: run` (each step takes a second or two longer)"
    if not instance.run_monitoring_enabled:
        yield "`run_monitoring` (a run that hangs is never ended)"
    if not instance.run_retries_enabled:
        yield "`run_retries` (a run whose process died is not run again)"
    if not instance.freshness_enabled:
        yield "`freshness` (the UI shows no table as late)"
    if not instance.get_settings("retention"):
        yield "`retention` (ticks of schedules are kept for good)"


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
