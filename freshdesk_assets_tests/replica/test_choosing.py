"""Which tables are replicated is chosen: what is off costs nothing, and what was stored stays."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from freshdesk_assets.chosen import chosen
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.schema.choosing import UnknownTable, choose
from freshdesk_assets.schema.sync import EachParent
from freshdesk_assets.setting_paths import SettingError
from freshdesk_assets.settings import Settings
from freshdesk_assets.tables import declared_tables

DISCUSSIONS = {"discussion_categories", "discussion_forums", "discussion_topics", "discussion_comments"}


def names(*chosen_names: str) -> set[str]:
    return {table.name for table in choose(declared_tables(), chosen_names)}


def test_what_is_by_choice_is_off_until_it_or_its_group_is_named() -> None:
    assert not names() & DISCUSSIONS
    assert names("discussions") - names() == DISCUSSIONS
    assert names("+ticket_watchers") - names() == {"ticket_watchers"}


def test_a_table_comes_with_what_it_is_read_per_row_of_and_goes_with_it() -> None:
    assert names("discussion_comments") - names() == DISCUSSIONS
    left = names("-solution_folders")
    assert names() - left == {"solution_folders", "solution_articles"}
    assert {"conversations", "ticket_associations"} <= names() - names("-tickets")


def test_a_table_that_spares_calls_of_another_may_be_off() -> None:
    """Agents are read without their lists per group too, and are then asked for each day."""
    for name in ("group_agent_roles", "skills"):
        assert names() - names(f"-{name}") == {name}
        agents = choose(declared_tables(), [f"-{name}"])["agents"].row_call
        assert agents is not None
        assert agents.told is None


def test_a_table_that_is_named_is_read_whether_it_is_worth_its_calls_or_not() -> None:
    """So it was before it was on by default."""
    by_name = choose(declared_tables(), ["group_agent_roles"])["group_agent_roles"].sync
    by_itself = choose(declared_tables(), ["setup"])["group_agent_roles"].sync
    assert isinstance(by_name, EachParent)
    assert isinstance(by_itself, EachParent)
    assert not by_name.worth
    assert by_itself.worth


def test_of_two_names_the_later_counts() -> None:
    assert not names("discussions", "-discussion_forums") & (DISCUSSIONS - {"discussion_categories"})
    assert "skills" in names("-setup", "skills")


def test_a_name_of_nothing_says_what_there_is() -> None:
    with pytest.raises(UnknownTable, match=r"'disussions'.* did you mean discussions"):
        names("disussions")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("priority >> >", "which is no condition"),
        ("id in (select 1)", "without a query in it"),
        ("prioriti >= 3", "names prioriti, which is no such column: did you mean priority"),
    ],
)
def test_a_condition_that_cannot_work_is_told_at_once(condition: str, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        chosen(Settings(per_ticket=condition))


def test_what_is_off_is_not_in_the_graph_and_its_views_and_checks_are_not() -> None:
    """Else schedules, freshness and lineage would tell of what nobody wanted."""

    def graph(*tables: str) -> set[str]:
        made = build_defs(Settings(tables=tables))
        return {key.path[-1] for key in made.resolve_asset_graph().get_all_asset_keys()}

    by_choice = {*DISCUSSIONS, "ticket_watcher_agents", "ticket_activity_changes", "custom_object_records"}
    assert not graph() & by_choice
    assert graph("ticket_activities") - graph() == {"ticket_activities", "ticket_activity_changes"}
    assert graph("discussions") > graph()
    without = graph("-solutions")
    assert not without & {"solution_articles", "solution_article_tags", "solution_articles_history"}
    assert "page" in without


def test_turned_off_and_on_again_a_table_keeps_its_rows_and_goes_on(account: Callable[..., Any]) -> None:
    """Nothing is marked deleted meanwhile, and a sync without it costs nothing for it."""
    stored = "select count(*), count(_deleted_at) from replica.freshdesk.discussion_comments"
    with account(tickets=60) as acme:
        acme.catalog = choose(declared_tables(), ["discussions", "ticket_watchers"])
        acme.sync()
        before = acme.query(stored)
        assert before[0][0] > 0
        acme.catalog = choose(declared_tables(), [])
        acme.world.clock.advance(timedelta(hours=25))
        topic = next(iter(acme.world.truth("discussion_topics")))
        acme.world.comment_on(topic, "Meanwhile.")
        acme.sync()
        assert acme.query(stored) == before
        acme.catalog = choose(declared_tables(), ["discussions"])
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync()
        assert acme.query(stored) == [(before[0][0] + 1, 0)]
        assert acme.differences() == []


def test_a_condition_bounds_for_which_tickets_calls_are_made(account: Callable[..., Any]) -> None:
    """Conversations are not by choice: they are read of every ticket."""
    with account(tickets=60) as acme:
        acme.catalog = choose(declared_tables(), ["ticket_watchers"], "priority >= 3")
        acme.sync(select=["tickets", "ticket_watchers"])
        due = sum(
            row["priority"] >= 3 and not row["archived"] for row in acme.world.truth("tickets").values()
        )
        assert 0 < due < 60
        assert acme.query("select count(*) from replica.freshdesk.ticket_watchers") == [(due,)]
