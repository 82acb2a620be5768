"""The questions of docs/questions.md are answered truly, wherever the reader's session is."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from statistics import median
from typing import Any

import duckdb
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.queries import declared_questions
from freshdesk_assets.warehouse.derived.as_of import record_made_of, tables_of
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets_tests.replica.account import Account, simulated_account
from freshdesk_assets_tests.test_queries import replicate

QUESTIONS = {question.question: question.sql for question in declared_questions()}
PRIORITIES = {1: "Low", 2: "Medium", 3: "High", 4: "Urgent"}


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account with some of everything, replicated once."""
    with (
        pytest.MonkeyPatch.context() as environment,
        simulated_account(tmp_path_factory.mktemp("asked"), environment, tickets=200) as made,
    ):
        replicate(made)
        with Warehouse(made.path).open() as connection:
            record_made_of(connection, tables_of(made.catalog, views_over(made.catalog)))
        yield made


@pytest.fixture(scope="module")
def true(account: Account) -> list[dict[str, Any]]:
    """The tickets that count, by the simulator: those that a first sync can know of."""
    since = f"{account.partitioning.since:%Y-%m-%dT%H:%M:%SZ}"
    return [
        row
        for row in account.world.truth("tickets").values()
        if not (row["spam"] or row["deleted"] or row["archived"]) and row["updated_at"] >= since
    ]


def answer(account: Account, beginning: str, zone: str = "Asia/Tokyo") -> list[tuple[Any, ...]]:
    """The rows that answer the question that begins so, in a session of that zone."""
    (sql,) = [sql for question, sql in QUESTIONS.items() if question.startswith(beginning)]
    with duckdb.connect(str(account.path), read_only=True) as connection:
        connection.execute(f"set timezone = '{zone}'")
        return connection.execute(sql).fetchall()


def hours(row: dict[str, Any], until: str) -> float | None:
    """From a ticket's creation to one of its times."""
    if row["stats"][until] is None:
        return None
    return (moment(row["stats"][until]) - moment(row["created_at"])).total_seconds() / 3600


def moment(said: str) -> datetime:
    """A time as the API writes it."""
    return datetime.fromisoformat(said)


def test_there_are_twenty() -> None:
    assert len(QUESTIONS) == 20


@pytest.mark.parametrize("question", QUESTIONS)
def test_each_is_answered_alike_in_every_zone(question: str, account: Account) -> None:
    elsewhere = answer(account, question)
    assert elsewhere
    if "age_hours" not in QUESTIONS[question]:
        assert elsewhere == answer(account, question, "America/Los_Angeles")


def test_open_tickets_by_group(account: Account, true: list[dict[str, Any]]) -> None:
    names = {number: row["name"] for number, row in account.world.truth("groups").items()}
    expected = Counter(names.get(row["group_id"]) for row in true if row["status"] not in (4, 5))
    assert {row[0]: row[1] for row in answer(account, "How many tickets are open")} == expected


def test_first_response_by_week(account: Account, true: list[dict[str, Any]]) -> None:
    weeks: dict[tuple[int, int], list[float | None]] = {}
    for row in true:
        year, week, _ = moment(row["created_at"]).isocalendar()
        weeks.setdefault((year, week), []).append(hours(row, "first_responded_at"))
    answered = answer(account, "How long did the first response")
    assert len(answered) == len(weeks)
    for start, tickets, replied, middle, _ in answered:
        of_week = weeks[start.isocalendar()[:2]]
        known = [each for each in of_week if each is not None]
        assert (tickets, replied) == (len(of_week), len(known))
        assert middle == (pytest.approx(median(known), abs=0.006) if known else None)


def test_resolution_by_priority(account: Account, true: list[dict[str, Any]]) -> None:
    taken: dict[str, list[float]] = {}
    for row in true:
        if (lasted := hours(row, "resolved_at")) is not None:
            taken.setdefault(PRIORITIES[row["priority"]], []).append(lasted)
    answered = {row[0]: row[1:3] for row in answer(account, "How long does resolution")}
    assert answered.keys() == taken.keys()
    for label, (resolved, middle) in answered.items():
        assert resolved == len(taken[label])
        assert middle == pytest.approx(median(taken[label]), abs=0.006)


def test_created_and_resolved_by_day(account: Account, true: list[dict[str, Any]]) -> None:
    created: Counter[date] = Counter(moment(row["created_at"]).date() for row in true)
    resolved: Counter[date] = Counter(
        moment(row["stats"]["resolved_at"]).date() for row in true if row["stats"]["resolved_at"]
    )
    expected = {day: (created[day], resolved[day]) for day in created.keys() | resolved.keys()}
    found = {row[0]: (row[1], row[2]) for row in answer(account, "How many tickets were created")}
    assert found == expected


def test_tags(account: Account, true: list[dict[str, Any]]) -> None:
    expected = Counter(tag for row in true for tag in {each.strip().lower() for each in row["tags"]})
    assert dict(answer(account, "Which tags were given")) == expected


def test_ratings_by_agent(account: Account) -> None:
    names = {number: row["contact"]["name"] for number, row in account.world.truth("agents").items()}
    ratings = account.world.truth("satisfaction_ratings").values()
    expected = Counter(names.get(row["agent_id"]) for row in ratings)
    happy = Counter(names.get(row["agent_id"]) for row in ratings if row["ratings"]["default_question"] > 100)
    found = answer(account, "How were agents rated")
    assert {row[0]: row[1] for row in found} == expected
    assert {row[0]: row[2] for row in found if row[2]} == happy


def test_hours_by_company(account: Account) -> None:
    names = {number: row["name"] for number, row in account.world.truth("companies").items()}
    spent: Counter[str | None] = Counter()
    for entry in account.world.truth("time_entries").values():
        spent[names.get(entry["company_id"])] += entry["time_spent_in_seconds"]
    found = {row[0]: row[1] for row in answer(account, "How much time was spent")}
    assert found == {name: pytest.approx(seconds / 3600, abs=0.006) for name, seconds in spent.items()}


def test_unassigned_and_overdue_tickets(account: Account, true: list[dict[str, Any]]) -> None:
    unresolved = [row for row in true if row["status"] not in (4, 5)]
    unassigned = {row["id"] for row in unresolved if row["responder_id"] is None}
    assert {row[0] for row in answer(account, "Which unresolved tickets has nobody")} == unassigned
    now = datetime.now().astimezone()
    overdue = {row["id"] for row in unresolved if row["due_by"] and moment(row["due_by"]) < now}
    assert {row[0] for row in answer(account, "Which unresolved tickets are past")} == overdue
