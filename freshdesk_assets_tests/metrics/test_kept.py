"""Tables of metrics hold what their SQL would yield, and only rows of tickets that changed are made again."""

import pytest

from freshdesk_assets.schema.page import Fate, Verdict
from freshdesk_assets.schema.rules import Rules
from freshdesk_assets_tests.metrics import office
from freshdesk_assets_tests.metrics.desk import Desk, read_by
from freshdesk_assets_tests.metrics.tickets import ANN, CLOSED, HOUR, OPEN, PENDING, RESOLVED, Ticket, at

MEASURED = read_by("ticket_metrics", "ticket_events")
KEPT = [view for view in MEASURED if view.kept]
CREATED = "2026-03-02 14:00"


class Replica:
    """A small desk of its own, and two tickets that change on it."""

    def __init__(self, folder: object) -> None:
        self.desk = Desk(folder)  # type: ignore[arg-type]
        self.changing = (
            Ticket(CREATED, group_id=office.NEW_YORK, responder_id=ANN)
            .reply("2026-03-02 15:00")
            .becomes(PENDING, "2026-03-02 16:00")
        )
        self.still = (
            Ticket(CREATED, group_id=office.ROUND_THE_CLOCK)
            .reply("2026-03-02 16:00")
            .becomes(RESOLVED, "2026-03-03 14:00")
        )
        office.opened(self.desk)
        self.desk.lives([self.changing, self.still], until="2026-03-05 12:15")
        self.measures("2026-03-05 12:15")

    def measures(self, now: str, rules: Rules | None = None) -> None:
        self.desk.measures(rules, now, MEASURED)

    def differences(self) -> dict[str, tuple[int, int]]:
        """By kept view, rows of its SQL that its table lacks, and rows too many."""
        found = {}
        with self.desk.warehouse.open() as connection:
            connection.execute("use replica")
            for view in KEPT:
                table = f"replica.{view.schema}.{view.name}"
                connection.execute(f"create or replace temp table whole as {view.sql}")
                lacking, extra = (
                    len(connection.execute(f"from {one} except all from {other}").fetchall())
                    for one, other in (("temp.whole", table), (table, "temp.whole"))
                )
                connection.execute("drop table temp.whole")
                if lacking or extra:
                    found[view.name] = (lacking, extra)
        return found

    def mark(self) -> None:
        """Plant what no SQL yields in the rows of both tickets; a row that is made again loses it."""
        self.desk.forget()
        with self.desk.warehouse.open() as connection:
            for view in BY_TICKET:
                column = MARKED[view.name]
                connection.execute(f"update replica.metrics.{view.name} set {column} = 777")

    def marked(self, ticket: Ticket) -> dict[str, bool]:
        """Whether the rows of a ticket are those that were marked, by kept view."""
        with self.desk.warehouse.open() as connection:
            return {
                view.name: bool(
                    connection.execute(
                        f"select coalesce(bool_and({MARKED[view.name]} = 777), true)"
                        f" from replica.metrics.{view.name}"
                        f" where ticket_id = {ticket.number}"
                    ).fetchall()[0][0]
                )
                for view in BY_TICKET
            }


MARKED = {
    "ticket_messages": "agent_id",
    "ticket_spans": "priority",
    "ticket_events": "by_agent_id",
    "ticket_replies": "agent_id",
    "ticket_facts": "agent_replies",
}
BY_TICKET = [view for view in KEPT if view.name in MARKED]
"""Those that have rows of each ticket."""


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> Replica:
    return Replica(tmp_path_factory.mktemp("kept"))


def test_rows_of_tickets_that_did_not_change_are_left_alone(replica: Replica) -> None:
    assert replica.differences() == {}
    replica.mark()
    ticket = replica.changing.becomes(OPEN, "2026-03-05 13:00").reply("2026-03-05 14:00")
    replica.desk.lives([ticket], until="2026-03-05 14:15")
    replica.measures("2026-03-05 14:15")
    assert replica.marked(replica.still) == dict.fromkeys(MARKED, True)
    assert replica.marked(replica.changing) == dict.fromkeys(MARKED, False)
    replica.measures("2026-03-05 15:15")
    assert replica.marked(replica.still) == dict.fromkeys(MARKED, True), "time alone makes nothing again"
    again = [{**row, "updated_at": "2026-03-05T15:30:00Z"} for row in replica.still.conversations]
    replica.desk.lands(at("2026-03-05 16:15"), "conversations", *again)


def test_what_a_calendar_says_changes_all_that_is_measured_by_it(replica: Replica) -> None:
    """All rows are made again, the marked ones too."""
    shorter = {**office.CALENDARS[1], "business_hours": office.OFFICE, "updated_at": "2026-03-06T12:00:00Z"}
    replica.desk.lands(at("2026-03-06 12:15"), "business_hours", shorter)
    replica.measures("2026-03-06 12:15")
    assert replica.differences() == {}
    assert set(replica.marked(replica.still).values()) >= {False}
    assert replica.desk.of(replica.still, "full_resolution_business_seconds") == 24 * HOUR, (
        "by the hours of then"
    )


def test_a_conversation_that_arrives_alone_is_its_tickets_change(replica: Replica) -> None:
    """Its list is read after the ticket's."""
    replica.desk.lands(
        at("2026-03-06 13:15"),
        "conversations",
        *replica.still.customer("2026-03-04 14:00").conversations[-1:],
    )
    replica.measures("2026-03-06 13:15")
    assert replica.differences() == {}
    assert replica.desk.of(replica.still, "customer_messages") == 1


def test_an_agent_who_is_deleted_stays_one(replica: Replica) -> None:
    replica.desk.lands(at("2026-03-06 14:15"), "agents", verdicts=(Verdict(id=ANN, fate=Fate.GONE),))
    replica.measures("2026-03-06 14:15")
    assert replica.differences() == {}
    assert replica.desk.of(replica.still, "first_reply_agent_id", "first_reply_seconds") == (ANN, 2 * HOUR)


def test_a_setting_makes_what_goes_by_it_again(replica: Replica) -> None:
    replica.measures("2026-03-06 15:15", Rules(on_third_party=("Pending",), on_customer=("Open",)))
    assert replica.differences() == {}
    assert replica.desk.of(replica.changing, "on_hold_seconds > 0", "requester_wait_seconds") == (True, 0)
    replica.measures("2026-03-06 15:15")
    assert replica.differences() == {}
    assert replica.desk.of(replica.changing, "on_hold_seconds", "requester_wait_seconds > 0") == (0, True)


def test_a_group_that_gets_another_calendar_has_its_old_hours_in_the_past(replica: Replica) -> None:
    moved = {**office.GROUPS[0], "business_calendar_id": 2, "updated_at": "2026-03-06T16:00:00Z"}
    before = replica.desk.of(replica.changing, "first_reply_business_seconds")
    replica.desk.lands(at("2026-03-06 16:15"), "groups", moved)
    replica.measures("2026-03-06 16:15")
    assert replica.differences() == {}
    assert replica.desk.of(replica.changing, "first_reply_business_seconds") == before == HOUR


def test_a_ticket_that_is_gone_and_comes_back_is_made_again_both_times(replica: Replica) -> None:
    gone = (Verdict(id=replica.still.number, fate=Fate.GONE),)
    replica.desk.lands(at("2026-03-07 12:15"), "tickets", verdicts=gone)
    replica.measures("2026-03-07 12:15")
    assert replica.differences() == {}
    assert replica.desk.of(replica.still, "is_current", "first_reply_seconds") == (False, 2 * HOUR)
    replica.desk.lands(at("2026-03-07 13:15"), "tickets", replica.still.sent(at("2026-03-07 13:15")))
    replica.measures("2026-03-07 13:15")
    assert replica.differences() == {}
    assert replica.desk.of(replica.still, "is_current", "first_reply_seconds") == (True, 2 * HOUR)


def test_a_first_ticket_that_is_older_than_all_has_its_days_in_the_calendars(replica: Replica) -> None:
    old = Ticket("2024-03-04 14:00", group_id=office.NEW_YORK).becomes(CLOSED, "2024-03-05 14:00")
    replica.desk.lands(at("2026-03-07 14:15"), "tickets", old.sent(at("2026-03-07 14:15")))
    replica.measures("2026-03-07 14:15")
    assert replica.differences() == {}
    assert replica.desk.of(old, "full_resolution_business_seconds") == 9 * HOUR


def test_a_merged_tickets_guess_comes_with_the_ticket_it_was_merged_into_and_ends_when_it_is_reopened(
    replica: Replica,
) -> None:
    """The other ticket may arrive later, when nothing of this one changes any more."""
    primary = Ticket(CREATED)
    merged = Ticket(CREATED).note("2026-03-02 15:00").becomes(CLOSED, "2026-03-02 15:00")
    merged.conversations[0]["body_text"] = f"Merged into #{primary.number}"
    replica.desk.lives([merged], until="2026-03-07 15:15")
    replica.measures("2026-03-07 15:15")
    assert replica.differences() == {}
    assert replica.desk.of(merged, "merged_guess") is None
    replica.desk.lands(at("2026-03-07 16:15"), "tickets", primary.sent(at("2026-03-07 16:15")))
    replica.measures("2026-03-07 16:15")
    assert replica.differences() == {}
    assert replica.desk.of(merged, "merged_guess") == primary.number
    merged.becomes(OPEN, "2026-03-07 17:00")
    replica.desk.lands(at("2026-03-07 17:15"), "tickets", merged.sent(at("2026-03-07 17:15")))
    replica.measures("2026-03-07 17:15")
    assert replica.differences() == {}
    assert replica.desk.of(merged, "merged_guess") is None
