"""How far a run is as a whole: what is known, what is not known yet, and no more than the limit allows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.replication.course import Course, parents_of
from freshdesk_assets.replication.progress import Progress
from freshdesk_assets.tables import declared_tables

TABLES = {name: declared_tables()[name] for name in ("companies", "conversations", "tickets")}


@pytest.fixture
def client() -> Iterator[Client]:
    """One that was told of a limit of 400 credits a minute, 360 of them ours."""
    with Client(domain="http://127.0.0.1:1", api_key="key") as made:
        made.limiter.learn(total=400)
        yield made


def spend(client: Client, credits_: int) -> None:
    client.tally.add(Tally(calls=credits_, credits=credits_))


def test_the_time_left_is_told_when_it_can_be_known_and_a_burst_does_not_shorten_it(client: Client) -> None:
    """A first sync knows of the conversations when it reads the tickets."""
    parents = parents_of(list(TABLES.values()))
    run = Course(say=lambda _: None, tables=set(TABLES))
    run.begin(TABLES["companies"], client, parents)
    spend(client, 90)
    run.read(1, 0.5, 1)
    assert run.left is None
    run.end()
    run.begin(TABLES["tickets"], client, parents)
    run.read(300, 0.5, 9)
    # 9 credits more of tickets, one for each of 600 conversations: 609 at 6 a second.
    assert run.left == pytest.approx(609 / 6, rel=0.01)
    run.end()
    run.begin(TABLES["conversations"], client, parents)
    run.read(1200, 0.75, 450)
    assert run.left == pytest.approx(150 / 6, rel=0.01)


def test_a_share_never_goes_down(client: Client) -> None:
    """It was 84 %, and 42 % a moment later: the steps that follow the tables took longer than was guessed."""
    clock, told = [0.0], list[float]()
    run = Course(
        say=lambda _: None,
        watchers=[lambda _line, share, _left, _logged: told.append(share)],
        tables={"companies"},
        steps=10,
        clock=lambda: clock[0],
    )
    run.begin(TABLES["companies"], client, {})
    clock[0] = 60
    spend(client, 60)
    run.read(100, 0.9, 54)
    run.tell(lambda: "companies")
    assert told == [pytest.approx(60 / 67)]
    run.end()
    run.begin_part()
    for _ in range(10):
        clock[0] += 10
        run.make("a_step")
    # Of the steps alone, 44 % are done when the second begins.
    assert told[1:3] == [told[0], told[0]]
    assert told == sorted(told)
    assert told[-1] > told[0]


def test_steps_that_a_run_adds_are_counted_when_they_come() -> None:
    """A sync of one table said "15 of 3 steps", and that less than nothing was left."""
    told = list[tuple[str, timedelta | None]]()
    run = Course(
        say=lambda _: None,
        watchers=[lambda line, _share, left, _logged: told.append((line, left))],
        steps=1,
        clock=iter(range(0, 10_000, 5)).__next__,
    )
    run.begin_part()
    for step in ("freshdesk__ticket_tags", "relations_views", "published__copy"):
        run.make(step)
    assert [line.partition(" steps")[0] for line, _ in told] == ["1 of 1", "2 of 2", "3 of 3"]
    assert all(left is None or left >= timedelta(0) for _, left in told)


def test_a_tables_share_begins_anew_with_each_step_and_is_not_told_before_it_is_more(client: Client) -> None:
    progress = Progress("books", client, lambda _: None, Course(say=lambda _: None))
    shares = ["60%" in line(progress, 0.6), "30%" in line(progress, 0.3), "70%" in line(progress, 0.7)]
    assert shares == [True, False, True]


def line(progress: Progress, share: float) -> str:
    progress.count(1, share)
    return progress.line()


def test_the_log_has_a_line_every_ten_seconds_and_a_bar_more() -> None:
    """Whoever looks at a log in the morning wants to find something in it."""
    said: list[str] = []
    shown: list[tuple[str, timedelta | None]] = []
    clock = [0.0]
    run = Course(
        say=said.append,
        watchers=[lambda line, _share, left, _logged: shown.append((line, left))],
        steps=3,
        clock=lambda: clock[0],
    )
    run.begin_part()
    for step in ("freshdesk__ticket_tags", "relations__tickets", "published__copy"):
        clock[0] += 6
        run.make(step)
    assert [line for line, _ in shown] == [
        "1 of 3 steps that follow the tables: freshdesk.ticket_tags",
        "2 of 3 steps that follow the tables: relations.tickets",
        "3 of 3 steps that follow the tables: published.copy",
    ]
    assert said == [f"{shown[1][0]}; the run: 33%, about 0:00:24 left"]
