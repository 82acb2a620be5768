"""From an instance to where Dagster's daemon goes on reading events, as the daemon itself asks."""

import logging

import dagster as dg
from dagster._daemon.auto_run_reexecution.event_log_consumer import (
    DAGSTER_EVENT_TYPES,
    _create_cursor_key,
    _fetch_persisted_cursors,
)


def cursors(instance: dg.DagsterInstance) -> set[int | None]:
    """The cursors; None for one that is missing, of which the daemon warns."""
    return set(_fetch_persisted_cursors(instance, DAGSTER_EVENT_TYPES, logging.getLogger("daemon")).values())


def move_cursor(instance: dg.DagsterInstance, to: int) -> None:
    """Set one of the cursors, as a daemon that has read events."""
    assert instance.daemon_cursor_storage is not None
    instance.daemon_cursor_storage.set_cursor_values({_create_cursor_key(DAGSTER_EVENT_TYPES[0]): str(to)})
