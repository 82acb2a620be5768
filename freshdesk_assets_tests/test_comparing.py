"""`freshdesk-assets compare` finds where an export of Freshdesk's UI is not what the replica measures."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.cli import main
from freshdesk_assets.schema.rules import Rules
from freshdesk_assets.simulator.truth.lives import status_labels
from freshdesk_assets.simulator.world import World
from freshdesk_assets.warehouse.derived.rules import record_rules
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.replica.account import Account, simulated_account
from freshdesk_assets_tests.replica.measured import as_of
from freshdesk_assets_tests.test_queries import replicate

NAMES = (
    "Ticket ID", "Subject", "Status", "Priority", "Created time", "Resolved time", "Closed time",
    "Last update time", "Initial response time", "First response time (in hrs)", "Resolution time (in hrs)",
    "Agent interactions",
    "Customer interactions", "Time tracked", "Survey results", "First response status", "Resolution status",
)  # fmt: skip
SECRET = "Refund for Ada Lovelace"
Line = dict[str, str]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A small account with service levels, replicated once."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    world = World(tickets=60, now=now, days=30, service_levels=True)
    with (
        pytest.MonkeyPatch.context() as environment,
        simulated_account(tmp_path_factory.mktemp("compared"), environment, world=world) as made,
    ):
        replicate(made)
        with Warehouse(made.path).open() as connection:
            record_rules(connection, Rules())
            ensure_views(connection, views_over(made.catalog), made.catalog)
        # The copy of the first run was published before the views of metrics were made.
        made.path.with_name("replica_published.duckdb").unlink(missing_ok=True)
        yield made


@pytest.fixture(autouse=True)
def settings(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHDESK_DUCKDB", str(account.path))


@pytest.fixture(scope="module")
def zone(account: Account) -> str:
    ((name,),) = account.query("select clock.zone from metrics.clock")
    return str(name)


def exported(account: Account, zone: str) -> list[Line]:
    """The tickets that the replica has, as Freshdesk's UI exports them, from the simulator's truth."""
    stored = {number for (number,) in account.query("select id from freshdesk.tickets")}
    rows, labels = account.world.truth("tickets"), status_labels(account.world)
    lines = []
    for number, true in account.world.all_metrics(as_of(account))["tickets"].items():
        if number not in stored:
            continue
        row = rows[number]
        lines.append(
            {
                "Ticket ID": str(number),
                "Subject": SECRET,
                "Status": labels[row["status"]],
                "Priority": ("Low", "Medium", "High", "Urgent")[row["priority"] - 1],
                "Created time": wall(row["created_at"], zone),
                "Resolved time": wall(row["stats"]["resolved_at"], zone),
                "Closed time": wall(row["stats"]["closed_at"], zone),
                "Last update time": wall(row["updated_at"], zone),
                "Initial response time": wall(true["first_reply_at"], zone),
                "First response time (in hrs)": clock(true["first_reply_seconds"]),
                "Resolution time (in hrs)": clock(true["full_resolution_seconds"]),
                "Agent interactions": str(true["agent_replies"]),
                "Customer interactions": str(true["customer_messages"]),
                "Time tracked": clock(true["seconds_tracked"]),
                "Survey results": (true["csat_last"] or "").title(),
                "First response status": kept(row, true, "first_response"),
                "Resolution status": kept(row, true, "resolution"),
            }
        )
    return lines


def kept(row: dict[str, Any], true: dict[str, Any], target: str) -> str:
    """Whether a service level was kept; Freshdesk measures neither spam nor what is in the trash."""
    states = [event["state"] for event in true["sla_events"] if event["target"] == target]
    if row["spam"] or row["deleted"] or not states:
        return ""
    return {"met": "Within SLA", "running": "Within SLA", "cancelled": ""}.get(states[0], "SLA Violated")


def wall(moment: str | None, zone: str) -> str:
    if moment is None:
        return ""
    return f"{datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def clock(seconds: int | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def write(path: Path, lines: list[Line], delimiter: str = ",", encoding: str = "utf-8") -> str:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.DictWriter(file, NAMES, delimiter=delimiter)
        writer.writeheader()
        writer.writerows(lines)
    return str(path)


def told(out: str) -> dict[str, list[str]]:
    """By column: what it is compared with, the five counts, and the tickets named."""
    found = {}
    for line in out.splitlines():
        for name in NAMES[2:]:
            cells = line.strip().removeprefix(name).replace(",", "").split()
            if line.strip().startswith(name) and len(cells) >= 6 and cells[1].isdecimal():
                found[name] = cells
    return found


def test_an_export_of_the_truth_differs_nowhere(
    account: Account, zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = exported(account, zone)
    assert main(["compare", write(tmp_path / "export.csv", lines)]) == 0
    out = capsys.readouterr().out
    columns = told(out)
    assert set(columns) == set(NAMES[2:])
    assert {name: cells[4:] for name, cells in columns.items()} == {name: ["0", "0"] for name in columns}, out
    assert columns["Created time"][1:3] == [str(len(lines))] * 2
    assert "First response time (in hrs): fits our calendar time, not business time" in out
    assert "Not compared: Subject." in out
    assert SECRET not in out


def test_planted_differences_are_found_by_ticket(
    account: Account, zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = exported(account, zone)
    first, second = sorted(lines, key=lambda line: int(line["Ticket ID"]))[:2]
    first["Agent interactions"] = "77"
    second["Status"] = "Nowhere"
    second["Last update time"] = "2020-01-01 00:00:00"
    late = datetime.fromisoformat(first["Created time"]) + timedelta(seconds=30)
    first["Created time"] = f"{late:%Y-%m-%d %H:%M:%S}"
    assert main(["compare", write(tmp_path / "export.csv", lines)]) == 0
    out = capsys.readouterr().out
    columns = told(out)
    assert columns["Agent interactions"][4:] == ["1", "0", first["Ticket ID"]]
    assert columns["Status"][4:] == ["1", "0", second["Ticket ID"]]
    assert columns["Created time"][3:] == ["1", "0", "0"]
    assert "Status: of 1 that differ, 1 changed since the export." in out


def test_times_of_another_zone_are_recognised(
    account: Account, zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kathmandu's zone is 05:45 hours before UTC, and no account's default."""
    lines = exported(account, "Asia/Kathmandu")
    assert main(["compare", write(tmp_path / "export.csv", lines)]) == 0
    out = capsys.readouterr().out
    assert "they are in UTC+05:45, and read so" in out
    assert told(out)["Created time"][2:] == [str(len(lines)), "0", "0", "0"]


def test_semicolons_a_byte_order_mark_and_days_first_are_read(
    account: Account, zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = exported(account, zone)
    for line in lines:
        line["Created time"] = f"{datetime.fromisoformat(line['Created time']):%d/%m/%Y %H:%M}"
    assert main(["compare", write(tmp_path / "export.csv", lines, ";", "utf-8-sig")]) == 0
    created = told(capsys.readouterr().out)["Created time"]
    assert created[1] == str(len(lines))
    assert created[4:] == ["0", "0"]


def test_what_cannot_be_read_is_counted_and_not_shown(
    account: Account, zone: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = exported(account, zone)
    lines[0]["Resolved time"] = SECRET
    lines[1]["Ticket ID"] = "999999999"
    lines[2]["Ticket ID"] = SECRET
    lines.append(dict(lines[3]))
    assert main(["compare", write(tmp_path / "export.csv", lines)]) == 0
    out = capsys.readouterr().out
    assert "Resolved time: 1 cells cannot be read, such as in line 2." in out
    assert "The replica does not have 1, such as 999999999." in out
    assert "1 lines have no ticket's number" in out
    assert "1 lines repeat a ticket" in out
    assert SECRET not in out


def test_a_file_that_is_no_export_is_refused_without_its_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "export.csv"
    for content, said in (
        (f"{SECRET}\n1\n".encode(), "has no column Ticket ID"),
        (b"", "has no column Ticket ID"),
        (b"\xff\xfe\x00PK", "is not text in UTF-8"),
    ):
        file.write_bytes(content)
        assert main(["compare", str(file)]) == 1
        error = capsys.readouterr().err
        assert said in error
        assert SECRET not in error
    assert main(["compare", str(tmp_path / "none.csv")]) == 1
    assert "cannot be read: No such file" in capsys.readouterr().err


def test_a_replica_of_before_has_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(tmp_path / "old.duckdb")) as connection:
        connection.execute("create table shelves (id bigint)")
    monkeypatch.setenv("FRESHDESK_DUCKDB", str(tmp_path / "old.duckdb"))
    assert main(["compare", write(tmp_path / "export.csv", [])]) == 1
    assert "Run freshdesk-assets sync first" in capsys.readouterr().err
