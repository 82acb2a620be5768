"""The sensor of changes: a credit a look, a run of what changed, and none when nothing did."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import ANYTHING_NEW, ONLY_MISSING, POLLED
from freshdesk_assets.orchestration.runs.sensors import Cursor
from freshdesk_assets_tests.orchestration.runs.ticking import enqueue, only, sensor_tick
from freshdesk_assets_tests.replica.account import Account

LIVE = ["tickets", "conversations", "contacts", "companies", "time_entries", "satisfaction_ratings"]


@dataclass
class Watch:
    """The sensor of an account, asked again and again with the cursor it left."""

    acme: Account
    defs: dg.Definitions = field(init=False)
    cursor: str | None = None

    def __post_init__(self) -> None:
        self.defs = build_defs(self.acme.settings, self.acme.catalog)

    def look(self) -> list[dg.RunRequest] | str:
        self.acme.server.meter.reset()
        ticked, self.cursor = sensor_tick(self.defs, ANYTHING_NEW, self.acme.instance, self.cursor)
        return ticked

    def look_until_asked(self, most: int = 40) -> dg.RunRequest:
        """Until a run is asked for: lists take turns."""
        for _ in range(most):
            if not isinstance(ticked := self.look(), str):
                return only(ticked)
        raise AssertionError(f"nothing was found in {most} looks")

    def launch(self, request: dg.RunRequest) -> None:
        """What Dagster makes of the request."""
        result = self.defs.resolve_job_def(request.job_name or "").execute_in_process(
            instance=self.acme.instance,
            asset_selection=request.asset_selection,
            tags=request.tags,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            raise_on_error=False,
        )
        assert result.success, result.get_step_failure_events()


def tables_of(request: dg.RunRequest) -> set[str]:
    keys = request.asset_selection or ()
    return {key.path[1] for key in keys if key.path[0] == "freshdesk"} & set(LIVE)


@pytest.mark.long
def test_only_what_changed_is_read_and_nothing_when_nothing_did(account: Callable[..., Any]) -> None:
    """A look costs one credit, a run of everything some twenty: that is what the sensor saves."""
    with account(tickets=40) as acme:
        acme.sync(select=LIVE)
        watch = Watch(acme)
        acme.world.clock.advance(timedelta(minutes=20))
        for _ in range(16):
            assert isinstance(watch.look(), str)
            assert acme.server.meter.credits == 1

        acme.world.reply(acme.world.create_ticket())
        request = watch.look_until_asked()
        assert tables_of(request) == {"tickets", "conversations"}
        assert dg.AssetKey(["freshdesk", "ticket_tags"]) in (request.asset_selection or ())
        assert dg.AssetKey(["published", "copy"]) in (request.asset_selection or ())
        assert request.tags[ONLY_MISSING] == "true"
        assert int(request.tags[POLLED]) >= 17, "credits of looks are some run's to account for"
        assert isinstance(watch.look(), str), "launched for once, though nothing is stored yet"

        watch.launch(request)
        assert acme.differences(only=["tickets", "conversations"]) == []
        for _ in range(16):
            assert isinstance(watch.look(), str), "the last minutes are never covered, but they are stored"

        acme.world.clock.advance(timedelta(minutes=1))
        acme.world.create_company()
        assert tables_of(watch.look_until_asked()) == {"companies"}


def test_it_holds_back_while_a_run_is_under_way_and_while_the_limit_is_tight(
    account: Callable[..., Any],
) -> None:
    """The customer's other programs and our own runs have work to do; a look can wait."""
    with account(tickets=30) as acme:
        watch = Watch(acme)
        assert "never read" in watch.look(), "the first sync is the owner's to begin"
        acme.sync(select=["tickets"])
        acme.server.faults.add("throttled", times=4, retry_after=30)
        pauses: list[timedelta] = []
        while len(pauses) < 4:
            if "never read" in (said := watch.look()):
                continue
            assert "limit is used up" in said
            assert acme.server.meter.requests == 1, "a tick does not wait for the limit"
            state = json.loads(watch.cursor or "{}")
            pauses.append(datetime.fromisoformat(state["again"]) - datetime.now(UTC))
            said = watch.look()
            assert "asks again at" in said
            assert "limit is used up" in said
            assert acme.server.meter.requests == 0
            watch.cursor = json.dumps({**state, "again": ""})
        assert all(later > 1.9 * sooner for sooner, later in pairwise(pauses))

        acme.world.create_ticket()
        run = enqueue(acme.instance, watch.look_until_asked(), dg.DagsterRunStatus.STARTED)
        assert json.loads(watch.cursor or "{}")["refused"] == 0
        assert run in watch.look()
        assert acme.server.meter.requests == 0


def test_while_it_waits_it_says_what_the_last_look_met_with(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a wrong key it spoke of a tight limit for an hour."""
    with account(tickets=10) as acme:
        acme.sync(select=["tickets", "conversations"])
        watch = Watch(acme)
        monkeypatch.setenv("FRESHDESK_API_KEY", "wrong")
        while "never read" in (said := watch.look()):
            pass
        assert "does not accept the API key" in said
        again = watch.look()
        assert "asks again at" in again
        assert "does not accept the API key" in again
        state = json.loads(watch.cursor or "{}")
        del state["why"]
        watch.cursor = json.dumps(state)
        assert "or a look failed" in watch.look(), "an earlier version remembered no reason"


def test_no_pause_is_longer_than_an_hour() -> None:
    """A limit that was tight over lunch must not leave the afternoon unseen."""
    noon = datetime(2026, 3, 18, 12, tzinfo=UTC)
    assert Cursor(refused=50).later(noon, "it was tight").again == (noon + timedelta(hours=1)).isoformat()


def test_a_cursor_of_another_version_is_begun_anew() -> None:
    assert Cursor.read('{"page": 3}') == Cursor.read("not json") == Cursor.read(None) == Cursor()
