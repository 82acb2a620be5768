"""A list per group tells the roles of its members: their own calls are made once a week, and in time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_planning import hold_to
from freshdesk_assets_tests.replica.truth import surplus

READ = ["agents", "group_agent_roles", "groups", "roles", "skills"]
LIST = "admin/groups/{id}/agents"
VIEW = "agents/{id}"


@contextmanager
def staffed(account: Callable[..., Any], agents: int, groups: int, **options: Any) -> Iterator[Account]:
    """An account with so many agents, each in one of so many groups; one more group has nobody."""
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    world = World(seed=1, tickets=20, now=now, days=30, agents=agents)
    regroup(world, groups)
    with account(world=world, **options) as acme:
        yield acme


def regroup(world: World, groups: int) -> None:
    """Give the account so many groups, of which each agent is in one, and one without agents."""
    held, people = world.tables["groups"], list(world.agents)
    pattern = next(iter(held.values()))
    for number in list(held)[groups + 1 :]:
        world.remove_group(number)
    while len(held) < groups + 1:
        number = world.next_id("groups")
        held[number] = {**pattern, "id": number, "name": f"Group {number}"}
    for place, number in enumerate(held):
        world.set_group_members(number, people[place::groups] if place < groups else [])


def day(acme: Account, *, after: timedelta = timedelta(hours=25), **options: Any) -> dict[str, int]:
    """The next day's calls by path; all that is read is right, and nothing is there that is not."""
    acme.world.clock.advance(after)
    acme.sync(select=READ, **options)
    return dict(acme.server.meter.calls)


def wrong(acme: Account) -> list[Any]:
    """Where replica and truth differ, rows that should not be there among it."""
    beyond = [(name, key) for name in READ for key in surplus(acme.path, acme.world, name)]
    return [*acme.differences(only=READ), *beyond]


def deleted(acme: Account) -> int:
    """How many rows of agents and of their roles are marked as deleted."""
    ((count,),) = acme.query(
        "select (select count(_deleted_at) from replica.freshdesk.agents)"
        " + (select count(_deleted_at) from replica.freshdesk.group_agent_roles)"
    )
    return int(count)


def test_two_hundred_agents_in_ten_groups_cost_ten_calls_a_day_instead_of_two_hundred(
    account: Callable[..., Any],
) -> None:
    """A day's credits of agents, groups, roles and skills fall from 206 to 16; once a week they are 216."""
    with staffed(account, agents=200, groups=10) as acme:
        first = day(acme)
        assert first[VIEW] == 200
        spent = []
        for _ in range(8):
            calls = day(acme)
            assert wrong(acme) == []
            assert calls.get(LIST, 0) <= 11
            spent.append((calls.get(VIEW, 0), int(acme.server.meter.credits)))
        assert [views for views, _ in spent] == [0] * 6 + [200, 0]
        acme.catalog = choose(declared_tables(), ["-group_agent_roles"])
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=[name for name in READ if name != "group_agent_roles"])
        without = int(acme.server.meter.credits)
        assert (without, spent[0][1]) == (206, 16)


def test_what_changed_of_an_agent_is_seen_the_next_day(account: Callable[..., Any]) -> None:
    """Roles by the lists of groups, groups by theirs, skills by theirs: each asks for the agents it is of."""
    with staffed(account, agents=40, groups=3) as acme:
        day(acme)
        world = acme.world
        someone, another, third, *_ = sorted(world.agents)
        first, second, *_ = world.tables["groups"]
        role = next(role for role in world.tables["roles"] if role not in world.agents[someone].role_ids)
        world.set_agent_roles(someone, [*world.agents[someone].role_ids, role])
        assert day(acme)[VIEW] == 1
        assert wrong(acme) == []

        moved = set(world.tables["groups"][first]["agent_ids"]) - {another}
        world.set_group_members(first, sorted(moved))
        world.set_group_members(second, sorted({*world.tables["groups"][second]["agent_ids"], another}))
        skill = next(iter(world.tables["skills"]))
        had = skill in world.agents[third].skill_ids
        world.give_skill(third, skill, given=not had)
        assert 1 <= day(acme)[VIEW] <= 2
        assert wrong(acme) == []

        world.give_skill(third, skill, given=had)
        world.remove_role(role)
        assert day(acme)[VIEW] >= 2
        assert wrong(acme) == []
        assert VIEW not in day(acme)


def test_agents_in_no_group_are_viewed_daily(account: Callable[..., Any]) -> None:
    """No list tells of them, or of those of a group that was removed."""
    with staffed(account, agents=40, groups=3) as acme:
        day(acme)
        alone = acme.world.create_agent()
        for _ in range(2):
            assert day(acme)[VIEW] == 1
        acme.world.set_agent_roles(alone, list(acme.world.tables["roles"])[1:3])
        assert day(acme)[VIEW] == 1
        assert wrong(acme) == []
        gone, *_ = acme.world.tables["groups"]
        left = len(acme.world.tables["groups"][gone]["agent_ids"])
        acme.world.remove_group(gone)
        for _ in range(2):
            assert day(acme)[VIEW] == 1 + left
            assert wrong(acme) == []
        acme.world.delete_agent(min(acme.world.agents))
        day(acme)
        assert wrong(acme) == []


def test_a_group_without_agents_is_asked_once_and_one_that_loses_them_once_more(
    account: Callable[..., Any],
) -> None:
    """Its list is asked for once in doubt, and then costs nothing.

    A list that suddenly lacks all of its rows is asked for twice before it is believed.
    """
    with staffed(account, agents=40, groups=3) as acme:
        assert day(acme)[LIST] == 4
        assert day(acme)[LIST] == 3
        number, *_ = acme.world.tables["groups"]
        acme.world.set_group_members(number, [])
        assert day(acme)[LIST] == 3 + 1
        assert wrong(acme) == []
        assert day(acme)[LIST] == 2


def test_syncs_by_hand_read_the_lists_once_a_day(account: Callable[..., Any]) -> None:
    """A group that changed is asked for at once."""
    with staffed(account, agents=40, groups=3) as acme:
        day(acme)
        for _ in range(3):
            assert LIST not in day(acme, after=timedelta(hours=2))
        number, *_ = acme.world.tables["groups"]
        acme.world.set_group_members(number, acme.world.tables["groups"][number]["agent_ids"][1:])
        assert day(acme, after=timedelta(hours=2))[LIST] == 1
        assert wrong(acme) == []
        assert day(acme, after=timedelta(hours=13))[LIST] == 2


def test_where_there_are_more_groups_than_agents_the_agents_are_viewed_as_ever(
    account: Callable[..., Any],
) -> None:
    """Lists of groups would cost more than they spare. Naming the table reads them all the same."""
    with staffed(account, agents=8, groups=8) as acme:
        for _ in range(2):
            calls = day(acme)
            assert (calls.get(LIST, 0), calls[VIEW]) == (0, 8)
        assert acme.query("select count(*) from replica.freshdesk.group_agent_roles") == [(0,)]
        assert acme.differences(only=["agents", "groups"]) == []
        acme.catalog = choose(declared_tables(), ["group_agent_roles"])
        assert day(acme)[LIST] == 9
        assert wrong(acme) == []


def test_lists_that_are_worth_their_calls_no_more_are_read_on(account: Callable[..., Any]) -> None:
    """Else rows would stay of agents who left their group, and those of new groups be missing."""
    with staffed(account, agents=12, groups=3) as acme:
        day(acme)
        regroup(acme.world, 12)
        assert day(acme)[LIST] >= 12
        assert wrong(acme) == []
        assert day(acme)[LIST] >= 12


@pytest.mark.parametrize("options", [{"admin_groups_status": 403}, {"admin_groups_status": 404}])
def test_an_account_with_the_old_groups_alone_is_not_asked_for_their_lists(
    account: Callable[..., Any], options: dict[str, Any]
) -> None:
    with staffed(account, agents=30, groups=3, **options) as acme:
        for _ in range(2):
            calls = day(acme)
            assert (calls.get(LIST, 0), calls[VIEW]) == (0, 30)
        assert acme.differences(only=["agents"]) == []


@pytest.mark.parametrize("groups", [3, 12])
def test_a_plan_that_refuses_the_lists_has_its_agents_viewed_daily(
    account: Callable[..., Any], groups: int
) -> None:
    """From the second day on, when what the lists told is too old; nothing is marked as deleted.

    Of few groups, each may be refused for itself, and is set aside. Of many, the table is left out. If it was
    read before, it fails.
    """
    with staffed(account, agents=30, groups=groups) as acme:
        acme.server.switches.forbidden = {LIST}
        calls = [day(acme) for _ in range(3)]
        assert [each[VIEW] for each in calls] == [30] * 3
        assert [each.get(LIST, 0) > 0 for each in calls] == [True, groups > 8, groups > 8]
        assert acme.query("select count(*) from replica.freshdesk.group_agent_roles") == [(0,)]
        allow(acme)
        assert VIEW not in day(acme)
        assert wrong(acme) == []
        acme.server.switches.forbidden = {LIST}
        acme.world.set_agent_roles(min(acme.world.agents), list(acme.world.tables["roles"])[1:3])
        assert [day(acme, expect=False).get(VIEW, 0) for _ in range(4)] == [0, 30, 30, 30]
        assert acme.differences(only=["agents"]) == []
        assert deleted(acme) == 0
        allow(acme)
        assert VIEW not in day(acme)
        assert wrong(acme) == []


def allow(acme: Account) -> None:
    """The plan has the lists again, and those that were set aside have waited long enough."""
    acme.server.switches.forbidden = set()
    with acme.writing() as connection:
        # A row waits by our own clock, which a test cannot set forward.
        connection.execute(
            "update replica.freshdesk_meta.set_aside set retry_at = retry_at - interval 30 days"
        )


def test_where_the_skills_are_refused_agents_who_have_some_are_viewed_daily(
    account: Callable[..., Any],
) -> None:
    with staffed(account, agents=30, groups=3) as acme:
        acme.server.switches.forbidden = {"admin/skills", "skills"}
        day(acme)
        skilled = sum(bool(agent.skill_ids) for agent in acme.world.agents.values())
        assert 0 < skilled < 30
        assert day(acme)[VIEW] == skilled


@pytest.mark.parametrize(("agents", "groups"), [(30, 3), (8, 8)])
def test_a_plan_knows_what_is_spared(account: Callable[..., Any], agents: int, groups: int) -> None:
    """Before the first sync, when all is stored, and when lists were read too long ago to tell of anybody."""
    selection = " or ".join(f"key:freshdesk/{name}" for name in READ)
    with staffed(account, agents=agents, groups=groups) as acme:
        for days in (0, 1, 4, 8):
            acme.world.clock.advance(timedelta(days=days, hours=1))
            hold_to(acme, selection=selection)
