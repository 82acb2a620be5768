"""Killed with -9 at any call of Freshdesk, a sync is completed by the next, and little is asked for twice."""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from freshdesk_assets_tests.chaos.site import KILL, TABLES_ALONE, Forks, Site, site

FEW = ("tickets", "conversations", "contacts")
"""Tables of all ways in which a small account is read in several calls: by time, by row, by parent."""

AGAIN = 6
"""Credits that the sync after a kill may spend more than one that was not killed: the lists are asked first
for what is new since, which is one call of each list of tickets and one of contacts."""


@contextmanager
def small(folder: Path, forked: Forks) -> Iterator[Site]:
    with site(folder, forked, seed=6, tickets=5, contacts=4, agents=3) as place:
        place.environment["FRESHDESK_PUBLISHED"] = "off"
        yield place


class Killing:
    """Syncs from one and the same state, each killed at another call."""

    def __init__(self, place: Site, tables: tuple[str, ...]) -> None:
        self.place = place
        self.tables = tables
        self.before = place.folder / "before"
        self.before.mkdir()
        self._copy(place.folder, self.before)
        whole = self.run()
        assert whole == 0
        self.calls = place.calls
        self.credits = place.server.meter.credits

    def run(self, at: int = 0) -> int:
        """A sync, killed at a call if one is given; its exit code."""
        chosen = " or ".join(f'key:"freshdesk/{name}"' for name in self.tables)
        arguments = ("sync", "--select", chosen) if self.tables else ("sync", *TABLES_ALONE)
        self.place.server.meter.reset()
        return self.place.run_and_signal(KILL, at, *arguments).code

    def at(self, call: int) -> None:
        """Kill a sync at the call; afterwards the next one makes the replica what the account is."""
        self._copy(self.before, self.place.folder)
        assert self.run(call) == -KILL
        asked = [(line.template, line.path) for line in self.place.server.meter.log]
        under_way = asked[-1][0]
        assert self.run() == 0
        assert self.place.complaints(self.tables or None, whole=False) == []
        again = Counter(line.path for line in self.place.server.meter.log if "{id}" in line.template)
        done = {path for template, path in asked if "{id}" in template and template != under_way}
        assert not done & again.keys(), "rows of a table that was read to its end are asked for again"
        assert self.place.server.meter.credits <= self.credits + AGAIN

    def _copy(self, source: Path, target: Path) -> None:
        for name in ("replica.duckdb", "replica.duckdb.wal", "home"):
            kept = target / name
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink(missing_ok=True)
            if (source / name).is_dir():
                shutil.copytree(source / name, kept)
            elif (source / name).exists():
                shutil.copy2(source / name, kept)


@pytest.mark.parametrize(
    ("tables", "share"),
    [
        pytest.param(FEW, (0.4, 0.9), id="two calls of the few"),
        pytest.param((), (), id="every call", marks=pytest.mark.slow),
    ],
)
def test_killed_at_every_call_in_turn(
    forked: Forks, tmp_path: Path, tables: tuple[str, ...], share: tuple[float, ...]
) -> None:
    """The first sync: at most the calls of the table under way are repeated."""
    with small(tmp_path, forked) as place:
        killing = Killing(place, tables)
        chosen = [int(part * killing.calls) for part in share] or range(1, killing.calls + 1)
        for call in chosen:
            killing.at(call)


@pytest.mark.slow
def test_killed_at_every_call_of_a_later_sync(forked: Forks, tmp_path: Path) -> None:
    """What was there before is not lost either, nor what changed in between."""
    with small(tmp_path, forked) as place:
        assert place.run("sync", *TABLES_ALONE).code == 0
        place.world.day_of_changes()
        place.pass_time(timedelta(hours=1))
        killing = Killing(place, ())
        for call in range(1, killing.calls + 1):
            killing.at(call)


@pytest.mark.parametrize("largest", [50_000, 300_000])
def test_a_disk_too_full_for_run_records_is_said_in_a_sentence(
    forked: Forks, tmp_path: Path, largest: int
) -> None:
    """They may be on another disk than the replica; Dagster would show three hundred lines."""
    with small(tmp_path, forked) as place:
        ended = place.run("sync", *TABLES_ALONE, largest=largest)
        assert ended.code == 2
        assert ended.output.endswith("set DAGSTER_HOME to a folder you can write to\n")
        assert "Traceback" not in ended.output
        assert place.run("sync", "--select", 'key:"freshdesk/roles"').code == 0
