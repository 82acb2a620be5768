"""What a key may see, asked before anything is replicated."""

import pytest

from freshdesk_assets.extract.account import access, key_owner
from freshdesk_assets.extract.http.errors import ConfigurationError
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.extract.bookshop import reading

TABLES = choose(declared_tables(), ())


def test_an_administrators_key_can_read_every_table_for_a_credit_each() -> None:
    """The doctor is run before the first sync: it must not use up the limit."""
    with serve(World(tickets=60)) as server, reading(server) as reader:
        found = [access(reader, table) for table in TABLES]
        assert [each.table for each in found] == [table.name for table in TABLES]
        assert all(each.readable for each in found), found
        asked = [table for table in TABLES if "{id}" not in table.path]
        assert (server.meter.requests, server.meter.credits) == (len(asked), len(asked))
        assert {line.status for line in server.meter.log} == {200}
        assert access(reader, TABLES["conversations"]).note == "read with each row of tickets"


def test_a_table_that_is_forbidden_is_reported_with_freshdesks_reason() -> None:
    """Role, plan and version of the account each forbid other tables."""
    with (
        serve(World(tickets=60), admin=False, missing_features={"Surveys", "Timesheets"}) as server,
        reading(server) as reader,
    ):
        found = {table.name: access(reader, table) for table in TABLES}
        assert found["tickets"].readable
        assert found["contacts"].readable
        for name in ("agents", "groups", "roles"):
            assert not found[name].readable
            assert "not authorized" in found[name].note
        assert "Surveys feature" in found["satisfaction_ratings"].note
        assert "Timesheets feature" in found["time_entries"].note


def test_an_account_that_lacks_a_list_or_a_parameter_is_reported() -> None:
    """A 404, and a 400 that names what the account does not know."""
    with (
        serve(World(tickets=60), rejected_params={("time_entries", "executed_after")}) as server,
        reading(server) as reader,
    ):
        key_owner(reader.client)
        server.faults.add("gone", path="roles")
        assert "does not have it" in access(reader, TABLES["roles"]).note
        assert "executed_after" in access(reader, TABLES["time_entries"]).note
        assert not access(reader, TABLES["time_entries"]).readable


@pytest.mark.parametrize("status", [403, 404])
def test_groups_count_as_readable_where_an_older_account_keeps_them(status: int) -> None:
    """As reading them does."""
    with serve(World(tickets=60), admin_groups_status=status) as server, reading(server) as reader:
        assert access(reader, TABLES["groups"]).readable


@pytest.mark.parametrize(
    ("scope", "said", "everything"),
    [
        (1, "all tickets", True),
        (2, "only the tickets of its groups", False),
        (3, "only the tickets assigned to it", False),
        (9, None, False),
        (None, None, None),
        ("1", None, None),
    ],
)
def test_a_key_that_sees_only_some_tickets_is_noticed(
    scope: object, said: str | None, everything: bool | None
) -> None:
    """Freshdesk leaves the others out without a word, so the replica would be incomplete unnoticed."""
    world = World(tickets=60)
    next(iter(world.agents.values())).row["ticket_scope"] = scope
    with serve(world) as server, reading(server) as reader:
        owner = key_owner(reader.client)
        assert (owner.scope, owner.sees_everything) == (said, everything)
        assert server.meter.credits == 1


def test_where_freshdesk_does_not_say_whose_key_it_is_nothing_is_claimed() -> None:
    """Not every account answers agents/me."""
    with serve(World(tickets=60), forbidden={"agents/me"}) as server, reading(server) as reader:
        owner = key_owner(reader.client)
        assert (owner.scope, owner.sees_everything) == (None, None)


def test_a_key_that_is_not_accepted_is_a_matter_of_configuration() -> None:
    """Every table would fail the same way: it is said once, and at once."""
    with serve(World(tickets=60)) as server, reading(server) as reader:
        server.switches.key = "another"
        with pytest.raises(ConfigurationError, match="FRESHDESK_API_KEY"):
            key_owner(reader.client)
