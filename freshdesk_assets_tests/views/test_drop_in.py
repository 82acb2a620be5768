"""The views of the two products on a simulated account: filled, keyed, and with the answers they gave."""

import duckdb
import pytest

from freshdesk_assets_tests.views.seeds import EVERY_VIEW, SHAPES, VIEWS, rows

NO_SUCH_DATUM = {
    ("synchub", "ContactOtherPhoneNumber", "Label"): (
        "null in every payload of the simulator, as SyncHub says it often is"
    ),
    ("synchub", "EmailMailbox", "CustomMailboxOutgoingFailureCode"): (
        "only SyncHub knows of it: Freshdesk's documentation, and so the simulator, has a failure code for "
        "incoming mail alone"
    ),
}
"""Columns that are empty in the replica of the simulated account, and why; no other may be."""


COLUMNS = [
    (*place, name)
    for place, shape in SHAPES.items()
    for name, _ in shape
    if not (VIEWS[place].family and name == "custom_fields")
]


@pytest.mark.parametrize("column", COLUMNS, ids=".".join)
def test_a_column_is_filled_where_the_account_has_the_datum(
    replica: duckdb.DuckDBPyConnection, column: tuple[str, str, str]
) -> None:
    """A column of the right name and type that is always null is lost all the same."""
    schema, view, name = column
    [(filled,)] = rows(replica, f'select count("{name}") from {schema}."{view}"')
    assert (filled == 0) is (column in NO_SUCH_DATUM)


@pytest.mark.parametrize("place", [view.id for view in VIEWS.values() if view.family], ids=".".join)
def test_every_field_of_the_accounts_own_that_has_a_value_is_a_filled_column(
    replica: duckdb.DuckDBPyConnection, place: tuple[str, str]
) -> None:
    """A new field must appear without anybody's doing, as it does with Stitch."""
    family = VIEWS[place].family
    assert family is not None
    held = rows(replica, f"select name, count(*) from freshdesk.{family.child} group by name")
    assert held
    for field, count in held:
        column = f'"{family.prefix}{field}"'
        assert rows(replica, f'select count({column}) from {place[0]}."{place[1]}"') == [(count,)], field


@EVERY_VIEW
def test_a_key_is_a_key(replica: duckdb.DuckDBPyConnection, place: tuple[str, str]) -> None:
    """Queries join on it; twice the same key would double what they count."""
    columns = {name for name, _ in SHAPES[place]}
    if place[0] == "synchub":
        key = ["RemoteID"]
    else:
        key = ["id"] if "id" in columns else ["_sdc_source_key_id", "_sdc_level_0_id"]
    listed = ", ".join(key)
    assert not rows(replica, f'select {listed} from {place[0]}."{place[1]}" group by all having count(*) > 1')
    missing = " or ".join(f"{name} is null" for name in key)
    assert not rows(replica, f'select {listed} from {place[0]}."{place[1]}" where {missing}')


DROP_IN = {
    "synchub: open tickets by company": (
        """
        select
          Company.Name,
          count(*) as Tickets,
          count(distinct Contact.ID) as Contacts
        from synchub.Ticket
        join synchub.Company
          on Company.ID = Ticket.CompanyID
        join synchub.Contact
          on Contact.ID = Ticket.RequesterID
        where not Ticket.IsDeleted
          and Ticket.Status in (2, 3)
        group by Company.Name
        order by Company.Name
        """,
        """
        select
          companies.name,
          count(*),
          count(distinct tickets.requester_id)
        from freshdesk.tickets
        join freshdesk.companies
          on companies.id = tickets.company_id
        where tickets.requester_id in (select contacts.id from freshdesk.contacts)
          and not tickets.deleted
          and tickets._deleted_at is null
          and tickets.status in (2, 3)
        group by companies.name
        order by companies.name
        """,
    ),
    "synchub: tags of tickets by subject": (
        """
        select
          TicketTag.Tag,
          count(*) as Tickets,
          min(Ticket.CreatedAt) as Since
        from synchub.Ticket
        join synchub.TicketTag
          on TicketTag.TicketRemoteID = Ticket.RemoteID
        group by TicketTag.Tag
        order by TicketTag.Tag
        """,
        """
        select
          tag,
          count(*),
          min(created_at)
        from (select distinct id, created_at, unnest(tags) as tag from freshdesk.tickets)
        group by tag
        order by tag
        """,
    ),
    "synchub: members of groups": (
        """
        select
          "Group".Name,
          Agent.ContactName
        from synchub."Group"
        join synchub.GroupAgent
          on GroupAgent.GroupRemoteID = "Group".RemoteID
        join synchub.Agent
          on Agent.ID = GroupAgent.AgentID
        order by all
        """,
        """
        select
          groups.name,
          agents.contact_name
        from freshdesk.groups
        join freshdesk.agents
          on list_contains(groups.agent_ids, agents.id)
        order by all
        """,
    ),
    "synchub: bytes attached per ticket": (
        """
        select
          TicketConversation.TicketID,
          sum(TicketConversationAttachment.Size) as Size
        from synchub.TicketConversation
        join synchub.TicketConversationAttachment
          on TicketConversationAttachment.TicketConversationRemoteID = TicketConversation.RemoteID
        group by TicketConversation.TicketID
        order by TicketConversation.TicketID
        """,
        """
        select
          ticket_id,
          sum(list_sum(cast(attachments -> '$[*].size' as bigint[])))
        from freshdesk.conversations
        where json_array_length(attachments) > 0
        group by ticket_id
        order by ticket_id
        """,
    ),
    "stitch: unresolved tickets by tag": (
        """
        select
          tags.value,
          count(*) as tickets
        from stitch.tickets
        join stitch.tickets__tags tags
          on tags._sdc_source_key_id = tickets.id
        where tickets.status not in (4, 5)
        group by tags.value
        order by tags.value
        """,
        """
        select
          tag,
          count(*)
        from (select unnest(tags) as tag from freshdesk.tickets where status not in (4, 5))
        group by tag
        order by tag
        """,
    ),
    "stitch: latest answers to the main question": (
        """
        with ratings as (
          select
            id,
            agent_id
          from stitch.satisfaction_ratings
          qualify row_number() over (partition by id order by _sdc_sequence desc) = 1
        )
        select
          ratings.agent_id,
          avg(answers.value) as rating
        from ratings
        join stitch.satisfaction_ratings__ratings answers
          on answers._sdc_source_key_id = ratings.id
        where answers.question = 'default_question'
        group by ratings.agent_id
        order by ratings.agent_id
        """,
        """
        select
          agent_id,
          avg(cast(ratings ->> '$.default_question' as bigint))
        from freshdesk.satisfaction_ratings
        group by agent_id
        order by agent_id
        """,
    ),
    "stitch: members of groups, in order": (
        """
        select
          groups.id,
          list(agent_ids.value order by agent_ids._sdc_level_0_id) as agent_ids
        from stitch.groups
        join stitch.groups__agent_ids agent_ids
          on agent_ids._sdc_source_key_id = groups.id
        group by groups.id
        order by groups.id
        """,
        """
        select
          id,
          agent_ids
        from freshdesk.groups
        where len(agent_ids) > 0
        order by id
        """,
    ),
    "stitch: hours booked by agents of a time zone": (
        """
        select
          agents.contact__time_zone,
          sum(cast(split_part(time_entries.time_spent, ':', 1) as integer)) as hours
        from stitch.time_entries
        join stitch.agents
          on agents.id = time_entries.agent_id
        where time_entries.billable
        group by agents.contact__time_zone
        order by agents.contact__time_zone
        """,
        """
        select
          agents.contact_time_zone,
          sum(time_entries.time_spent_in_seconds // 3600)
        from freshdesk.time_entries
        join freshdesk.agents
          on agents.id = time_entries.agent_id
        where time_entries.billable
        group by agents.contact_time_zone
        order by agents.contact_time_zone
        """,
    ),
}
"""Queries as they are written for a product, each with a query of the tables for the same answer."""


@pytest.mark.parametrize("name", DROP_IN)
def test_a_query_written_for_a_product_gets_its_answer(replica: duckdb.DuckDBPyConnection, name: str) -> None:
    """What the views are for."""
    theirs, ours = DROP_IN[name]
    answer = rows(replica, theirs)
    assert answer
    assert answer == rows(replica, ours)
