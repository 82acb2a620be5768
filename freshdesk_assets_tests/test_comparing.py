"""An export of Freshdesk's UI is compared with our metrics: what differs is found, and said why."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from freshdesk_assets.cli import main
from freshdesk_assets.commands.compare import results
from freshdesk_assets.commands.exported import lapse, moment, read_export
from freshdesk_assets.queries import exported_tickets
from freshdesk_assets_tests.replica.account import Account, simulated_account
from freshdesk_assets_tests.replica.measured import as_of
from freshdesk_assets_tests.test_queries import replicate

VIENNA = "Europe/Vienna"


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account, replicated once."""
    with (
        pytest.MonkeyPatch.context() as environment,
        simulated_account(tmp_path_factory.mktemp("exported"), environment, tickets=120) as made,
    ):
        replicate(made)
        yield made


@pytest.fixture(scope="module")
def told(account: Account) -> list[dict[str, str]]:
    """What Freshdesk's UI would export of its tickets, by the simulator's own account of them."""
    truth = account.world.all_metrics(as_of(account))["tickets"]
    tickets = account.world.truth("tickets")
    return [
        {
            "Ticket ID": str(number),
            "Subject": "A word of a customer",
            "Created time": local(tickets[number]["created_at"], VIENNA),
            "First response time (in hrs)": hours(true["first_reply_business_seconds"]),
            "Agent interactions": str(true["agent_replies"]),
            "Customer interactions": str(true["customer_messages"]),
            "Time tracked": hours(true["seconds_tracked"]),
            "Survey results": {"happy": "Extremely Happy", "unhappy": "Unhappy", "neutral": "Neutral"}.get(
                true["csat_last"], ""
            ),
        }
        for number, true in truth.items()
    ]


def hours(seconds: int | None) -> str:
    """As the export writes a time that passed."""
    if seconds is None:
        return ""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def local(said: str, zone: str) -> str:
    """As the export writes a moment."""
    from datetime import datetime

    return datetime.fromisoformat(said).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")


def written(folder: Path, rows: list[dict[str, str]], delimiter: str = ",") -> Path:
    """The file."""
    path = folder / "export.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        lines.writeheader()
        lines.writerows(rows)
    return path


def compared(account: Account, path: Path) -> Mapping[str, Any]:
    """What each column came to."""
    with duckdb.connect(str(account.path), read_only=True) as connection:
        found = connection.execute(exported_tickets())
        names = [column[0] for column in found.description or []]
        stored = {row[0]: dict(zip(names, row, strict=True)) for row in found.fetchall()}
    return {result.column: result for result in results(read_export(path), stored)}


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_export_that_says_the_same_agrees(
    account: Account, told: list[dict[str, str]], tmp_path: Path, delimiter: str
) -> None:
    found = compared(account, written(tmp_path, told, delimiter))
    assert {name: (each.differing, each.unread, each.reasons) for name, each in found.items()} == {
        name: ([], 0, []) for name in told[0] if name not in ("Ticket ID", "Subject")
    }
    assert {name for name, each in found.items() if not each.compared == each.equal > 5} == set()


def test_what_differs_is_named(account: Account, told: list[dict[str, str]], tmp_path: Path) -> None:
    stored = {row[0] for row in account.query("select id from freshdesk.tickets")}
    one, other = [
        row for row in told if row["First response time (in hrs)"] and int(row["Ticket ID"]) in stored
    ][:2]
    rows = [row for row in told if row not in (one, other)]
    rows += [one | {"First response time (in hrs)": "999:00:00"}, other | {"Agent interactions": "77"}]
    found = compared(account, written(tmp_path, rows))
    assert found["First response time (in hrs)"].differing == [int(one["Ticket ID"])]
    assert found["Agent interactions"].differing == [int(other["Ticket ID"])]


def test_times_of_another_zone_are_recognised(
    account: Account, told: list[dict[str, str]], tmp_path: Path
) -> None:
    moved = {row["id"]: row["created_at"] for row in account.world.truth("tickets").values()}
    rows = [row | {"Created time": local(moved[int(row["Ticket ID"])], "Asia/Kolkata")} for row in told]
    ((_, result),) = [each for each in compared(account, written(tmp_path, rows)).items() if each[1].reasons]
    assert result.column == "Created time"
    assert result.differing == []
    assert "written in another zone" in result.reasons[0]


def test_calendar_time_is_recognised(account: Account, told: list[dict[str, str]], tmp_path: Path) -> None:
    truth = account.world.all_metrics(as_of(account))["tickets"]
    name = "First response time (in hrs)"
    rows = [row | {name: hours(truth[int(row["Ticket ID"])]["first_reply_seconds"])} for row in told]
    assert compared(account, written(tmp_path, rows))[name].ours == "calendar time"


def test_the_report_names_tickets_and_no_words(
    account: Account, told: list[dict[str, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, [*told, {**told[0], "Ticket ID": "987654321"}])
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FRESHDESK_DUCKDB", str(account.path))
        assert main(["compare", str(path)]) == 0
    said = capsys.readouterr().out
    assert f"{len(told) + 1} tickets in the export" in said
    assert "Agent interactions" in said
    assert "Not compared: 1 of its columns." in said
    assert "word of a customer" not in said


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "cannot be read: No such file"),
        (b"", "no column Ticket ID"),
        (b"Number,Status\n1,Open\n", "no column Ticket ID"),
        ("Ticket ID,Größe\n".encode("latin-1"), "not in UTF-8"),
    ],
)
def test_a_file_that_is_no_export_is_refused(
    text: bytes | None, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.csv"
    if text is not None:
        path.write_bytes(text)
    assert main(["compare", str(path)]) == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("00:00:01", 1), ("101:02:03", 363_723), ("1:30", 5400), ("", None), ("soon", None), ("1:75:00", None)],
)
def test_lapses_are_read(said: str, seconds: int | None) -> None:
    assert lapse(said) == seconds


@pytest.mark.parametrize(
    "said", ["2026-03-02 10:00:00", "2026-03-02T09:00:00Z", "02/03/2026 10:00", "2026-03-02 10:00"]
)
def test_times_are_read(said: str) -> None:
    assert moment(said, VIENNA) == 1_772_442_000
