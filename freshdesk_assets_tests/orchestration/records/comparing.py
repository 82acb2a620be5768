"""Two runs recorded and asked about, so that two recordings can be compared answer by answer."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from warnings import catch_warnings, filterwarnings

import dagster as dg
import time_machine

from freshdesk_assets_tests.orchestration.records import recorded
from freshdesk_assets_tests.orchestration.records.recorded import FIRST, NOW, SECOND
from freshdesk_assets_tests.replica.unattended import Daemon

Make = Callable[[Path], dg.DagsterInstance]


@dataclass(frozen=True)
class Recording:
    """What was answered about two runs: from inside of them, after them, to the UI and to the daemon."""

    home: Path
    midway: list[dict[str, Any]]
    after: dict[str, Any]
    pages: dict[str, Any]
    ticks: dict[str, Any]


def half_way(home: Path) -> Path:
    """The store as it was between the two runs."""
    return home.with_name(f"{home.name} half way")


def recording(home: Path, first: Make, second: Make) -> Recording:
    """Two runs, each recorded by an instance of its own."""
    recorded.MIDWAY.clear()
    if not home.exists():
        with first(home) as instance:
            recorded.run_first(instance)
        shutil.copytree(home, half_way(home))
    with second(home) as instance:
        recorded.run_second(instance)
        after = recorded.answers(instance, FIRST, SECOND)
        daemon = Daemon(instance, recorded.__name__)
        with daemon.workspace as workspace:
            pages = recorded.pages(instance, workspace, FIRST, SECOND)
            with time_machine.travel(NOW + timedelta(hours=3), tick=False), catch_warnings():
                filterwarnings(
                    "ignore", "The 'warn' method is deprecated", DeprecationWarning
                )  # Dagster calls it
                daemon.iterate()
        ticks: dict[str, Any] = {
            state.instigator_name: (
                getattr(state.instigator_data, "cursor", None),
                [
                    (tick.status, tick.skip_reason, tick.run_keys, tick.error)
                    for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id)
                ],
            )
            for state in sorted(instance.all_instigator_state(), key=lambda each: each.instigator_name)
        }
        ticks["freshness"] = instance.get_freshness_state_records([recorded.catalogue.key])
    return Recording(home, list(recorded.MIDWAY), after, pages, ticks)


def same(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """Question by question, so that a difference says which."""
    assert list(given) == list(expected)
    for question, answer in expected.items():
        assert given[question] == answer, question
