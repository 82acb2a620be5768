"""How far a run is as a whole: what is known, what is not known yet, and no more than the limit allows."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.replication.course import Course, parents_of
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
