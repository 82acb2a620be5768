"""What runs cost, survive, refuse and say."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.orchestration.internals import serialize_value
from freshdesk_assets.settings import PartitionLength
from freshdesk_assets_tests.programs.hold_file import holding

CONVERSATIONS = "tickets/{id}/conversations"

TABLES_ALONE = ("--select", "kind:freshdesk")
"""The tables alone: half the time, where a test needs nothing made of them."""


@pytest.mark.long
def test_a_second_sync_without_changes_costs_a_few_dozen_credits(account: Callable[..., Any]) -> None:
    """The account's limit is shared with the customer's other tools; nothing is read twice."""
    with account(tickets=400) as acme:
        acme.sync()
        acme.world.clock.advance(timedelta(minutes=20))
        acme.sync()
        assert acme.server.meter.calls[CONVERSATIONS] == 0
        assert acme.server.meter.calls["contacts/{id}"] == 0
        assert acme.server.meter.credits < 80


def test_a_range_of_partitions_reads_the_api_once(account: Callable[..., Any]) -> None:
    """A run per day would read every list as often as there are days."""
    with account(tickets=150) as acme:
        acme.decide(partitions=PartitionLength.WEEKLY)
        acme.sync()
        assert acme.server.meter.calls["agents"] == 2  # agents and agent_availability
        assert acme.server.meter.calls["tickets"] <= 2 + 150 // 100 + 4
        assert acme.differences() == []


@pytest.mark.slow
def test_one_partition_at_a_time_comes_to_the_same(account: Callable[..., Any]) -> None:
    """A backfill may run its partitions in any order; the newest version of a row wins."""
    with account(tickets=150) as acme:
        months = [f"{acme.partitioning.since:%Y-%m-01}"]
        while months[-1] < f"{datetime.now(UTC):%Y-%m-01}":
            begun = datetime.fromisoformat(months[-1])
            months.append(f"{begun + timedelta(days=32):%Y-%m-01}")
        for key in reversed(months):
            acme.run(key, key)
        assert acme.differences() == []


def test_what_the_plan_or_role_refuses_is_left_out_with_the_reason(account: Callable[..., Any]) -> None:
    """A 403 on one endpoint is normal, and no reason to lose the others."""
    with account(tickets=60, forbidden={"roles"}, missing_features={"Surveys"}) as acme:
        result = acme.sync()
        assert "not authorized" in acme.metadata(result, "roles")["skipped"]
        assert "Surveys" in acme.metadata(result, "satisfaction_ratings")["skipped"]
        assert acme.metadata(result, "tickets")["rows_read"] > 0
        acme.server.switches.forbidden = set()
        acme.sync()
        assert acme.differences(only=["roles", "tickets", "conversations"]) == []


def test_an_old_account_without_admin_groups_gets_its_groups(account: Callable[..., Any]) -> None:
    """Accounts from before 2021 keep them under /groups, their members in the row's own call only."""
    with account(tickets=60, admin_groups_status=404) as acme:
        acme.sync()
        members = acme.query("select id, agent_ids from replica.freshdesk.groups order by id")
        truth = acme.world.truth("groups")
        assert members == [(key, truth[key]["agent_ids"]) for key in sorted(truth)]


def test_faults_are_outlived(account: Callable[..., Any]) -> None:
    """Gateways time out, connections break, bodies arrive cut short: every day, on every account."""
    with account(tickets=150) as acme:
        # Apart, for each in a row is waited out twice as long as the one before.
        for place, fault in enumerate(("bad_gateway", "unavailable", "reset", "truncated", "invalid_json")):
            acme.server.faults.add(fault, times=2, after=5 + 30 * place)
        acme.sync()
        assert acme.differences() == []


def test_unknown_keys_are_kept(account: Callable[..., Any]) -> None:
    """Freshdesk adds fields without notice, and nobody knows yet what they will be worth."""
    with account(tickets=60) as acme:
        acme.server.faults.add("unknown_key", path="tickets", times=None, key="new_idea", value={"a": [1]})
        acme.sync()
        kept = "select count(*), count(_extra->>'$.new_idea') from replica.freshdesk.tickets"
        stored, extra = acme.query(kept)[0]
        assert stored == extra > 0


@pytest.mark.parametrize(
    "kind",
    [
        "text_for_integer",
        "big_integer",
        "bad_timestamp",
        "lone_surrogate",
        "invalid_utf8",
        "deep",
        "far_exponent",
    ],
)
def test_an_odd_value_costs_no_row(account: Callable[..., Any], kind: str) -> None:
    """A row is never lost for one of its values, and the value is kept as it was sent."""
    with account(tickets=60) as acme:
        # After the one row that is asked for first, to know whether there is any.
        acme.server.faults.add("odd_value", path="tickets", times=1, after=1, kind=kind)
        acme.sync(select=["tickets"])
        truth = {key for key, row in acme.world.truth("tickets").items() if not row["archived"]}
        assert {key for (key,) in acme.query("select id from replica.freshdesk.tickets")} == truth
        assert len(acme.query("select 1 from replica.freshdesk.tickets where _extra is not null")) == 1


def test_neither_key_nor_customer_text_is_in_the_run_records(account: Callable[..., Any]) -> None:
    """Run records are shown to everybody who may open the UI, and kept for good."""
    with account(tickets=60) as acme:
        acme.server.faults.add("bad_gateway", times=3)
        acme.sync()
        subjects = [row[0] for row in acme.query("select subject from replica.freshdesk.tickets")]
        files = b"".join(
            file.read_bytes() for file in (acme.path.parent / "home").rglob("*") if file.is_file()
        )
        (run,) = acme.instance.get_runs()
        # Events are packed in the files.
        told = "".join(serialize_value(entry) for entry in acme.instance.all_logs(run.run_id))
        assert "tickets" in told
        records = files + told.encode()
        assert acme.server.key.encode() not in records
        assert acme.server.key.encode() not in acme.path.read_bytes()
        telling = [subject for subject in subjects if subject and len(subject) > 15]
        assert not [subject for subject in telling if subject.encode() in records]


def test_a_wrong_key_fails_at_once_and_says_what_to_do(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with account(tickets=60) as acme:
        monkeypatch.setenv("FRESHDESK_API_KEY", "wrong-key-of-mine")
        result = acme.sync(expect=False)
        (message,) = [str(event.job_failure_data) for event in result.all_events if event.is_job_failure]
        assert "FRESHDESK_API_KEY" in message
        assert "wrong-key-of-mine" not in message
        assert acme.server.meter.requests == 1


def command(acme: Any, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`freshdesk-assets` as a user types it, in the account's folder; ended with the account."""
    return module(acme, "freshdesk_assets.cli", *arguments, **environment)


def module(acme: Any, name: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`python -m`, with the account in its environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", name, *arguments],
        cwd=acme.path.parent,
        env={
            **os.environ,
            "DAGSTER_HOME": str(acme.path.parent / "cli_home"),
            "FRESHDESK_START_DATE": f"{acme.partitioning.start:%Y-%m-%d}",
            "FRESHDESK_PARTITIONS": "monthly",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    acme.processes.append(process)
    return process


@pytest.mark.long
def test_killed_in_the_middle_it_goes_on_where_it_was(account: Callable[..., Any]) -> None:
    """A machine is switched off without asking. What was read is stored every few seconds."""
    with account(tickets=200, latency_ms=8) as acme:
        calls = 0
        for after in (0.3, 0.7):
            process = command(acme, "sync", *TABLES_ALONE)
            wanted = int(after * 180)
            while process.poll() is None and acme.server.meter.calls[CONVERSATIONS] < wanted - calls:
                time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            calls += acme.server.meter.calls[CONVERSATIONS]
            acme.server.meter.reset()
            assert acme.query("select count(*) from replica.freshdesk.tickets")[0][0] > 0
        process = command(acme, "sync")
        output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output
        assert acme.differences() == []
        assert acme.child_differences() == []


@pytest.mark.slow
def test_after_a_sync_that_was_killed_the_next_runs_under_somebodys_own_configuration(
    account: Callable[..., Any],
) -> None:
    """Pools are then limited by step, and nothing else gives back the place of the one that was killed."""
    with account(tickets=100, latency_ms=20) as acme:
        home = acme.path.parent / "cli_home"
        home.mkdir()
        (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
        first = command(acme, "sync", *TABLES_ALONE)
        while first.poll() is None and acme.server.meter.calls[CONVERSATIONS] < 20:
            time.sleep(0.02)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        again = command(acme, "sync", *TABLES_ALONE)
        output, _ = again.communicate(timeout=300)
        assert again.returncode == 0, output
        assert "was changed by hand and is not renewed" in output
        assert acme.differences() == []


@pytest.mark.long
def test_the_command_says_by_its_exit_code_how_it_went(account: Callable[..., Any]) -> None:
    with account(tickets=60) as acme:
        process = command(acme, "sync", "--select", "group:people")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        assert "contacts" in output
        assert "conversations" not in output
        process = command(acme, "sync", FRESHDESK_API_KEY="")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 2
        assert "FRESHDESK_API_KEY is not set" in output
        process = command(acme, "sync", FRESHDESK_API_KEY="wrong-key-of-mine")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert "FRESHDESK_API_KEY" in output
        assert "wrong-key-of-mine" not in output


@pytest.mark.long
def test_dates_read_their_partitions_again(account: Callable[..., Any]) -> None:
    """An edited note leaves no trace in its ticket; reading its days again is how to fetch it."""
    with account(tickets=60) as acme:
        acme.sync()
        day = f"{acme.world.clock.now():%Y-%m-%d}"
        process = command(acme, "sync", *TABLES_ALONE, "--from", day, "--to", day)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        assert f"partitions {day[:8]}01 to {day[:8]}01" in output.replace("\n", " ")


def test_the_doctor_names_what_would_be_left_out(account: Callable[..., Any]) -> None:
    with account(tickets=60, forbidden={"roles"}) as acme:
        process = command(acme, "doctor")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        assert output.index("authorized to perform this") < output.index("Next: mend what is marked above")
        assert not Path(acme.path).exists()


def test_a_file_in_use_is_waited_for(account: Callable[..., Any]) -> None:
    """An analyst who holds the file open delays a sync and does not fail it."""
    with account(tickets=30) as acme:
        acme.sync(select=["roles"])
        with holding(acme.path, seconds=3):
            acme.sync(select=["roles"])


@pytest.mark.long
def test_two_syncs_at_once_take_turns(account: Callable[..., Any]) -> None:
    """Side by side they would spend every credit twice, and each other's limit."""
    with account(tickets=40, latency_ms=5) as acme:
        both = [command(acme, "sync", *TABLES_ALONE), command(acme, "sync", *TABLES_ALONE)]
        for process in both:
            output, _ = process.communicate(timeout=120)
            assert process.returncode == 0, output
        tickets = acme.query("select count(*) from replica.freshdesk.tickets")[0][0]
        assert acme.server.meter.calls[CONVERSATIONS] <= tickets * 1.05
        assert acme.differences() == []
