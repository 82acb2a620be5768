"""Nothing is lost that analysts had in Stitch or SyncHub: columns have a source, relations a reference."""

import csv
from collections.abc import Iterator
from pathlib import Path

from freshdesk_assets.schema.column import Type
from freshdesk_assets.tables import declared_tables

TABLES = declared_tables()
CONTRACT = Path(__file__).parents[1] / "docs" / "contract"

REQUESTER = "an attribute for creating a ticket that names its requester; replies have requester_id only"
CANNOT_BE_HAD = {
    ("tickets", "email"): REQUESTER,
    ("tickets", "facebook_id"): REQUESTER,
    ("tickets", "name"): REQUESTER,
    ("tickets", "phone"): REQUESTER,
    ("tickets", "twitter_id"): REQUESTER,
}
"""Columns of the products to replace that today's API does not send, and why; the same in both."""

OF_SYNCHUB = {
    "RemoteID",
    "WhenUpsertedIntoDataStore",
    "MirrorRemoteID",
    "IsDeleted",
    "WhenCreated",
    "WhenModified",
}
"""On every SyncHub table: keys and times of its own, made from each row's id and times."""

SYNCHUB = {
    "Agent": "agents",
    "Company": "companies",
    "Contact": "contacts",
    "EmailMailbox": "email_mailboxes",
    "Group": "groups",
    "Product": "products",
    "Role": "roles",
    "SLAPolicy": "sla_policies",
    "Ticket": "tickets",
    "TicketConversation": "conversations",
    "TimeEntry": "time_entries",
}
"""SyncHub's tables that are rows of ours, column by column under the same names but for the spelling."""

SYNCHUB_RENAMED = {("TicketConversation", "TicketRemoteID"): "ticket_id"}
"""The one column of those that has another name: the ticket's key once more, as text."""

SYNCHUB_CHILDREN = {
    "CompanyDomain": ("companies", {"Domain": "domains"}),
    "ContactOtherPhoneNumber": (
        "contacts",
        {"Label": "other_phone_numbers", "Value": "other_phone_numbers"},
    ),
    "ContactOtherCompany": (
        "contacts",
        {"CompanyID": "other_companies", "ViewAllTickets": "other_companies"},
    ),
    "ContactOtherEmail": ("contacts", {"EmailAddress": "other_emails"}),
    "ContactTag": ("contacts", {"Tag": "tags"}),
    "GroupAgent": ("groups", {"AgentID": "agent_ids"}),
    "SLAPolicyTarget": (
        "sla_policies",
        {
            "TargetName": "sla_target",
            "RespondWithin": "sla_target",
            "ResolveWithin": "sla_target",
            "BusinessHours": "sla_target",
            "EscalationEnabled": "sla_target",
        },
    ),
    "SLAPolicyAgentEscalation": (
        "sla_policies",
        {"EscalationName": "escalation", "EscalationTime": "escalation", "AgentID": "escalation"},
    ),
    "SLAPolicyApplicableToCompany": ("sla_policies", {"CompanyID": "applicable_to"}),
    "SLAPolicyApplicableToGroup": ("sla_policies", {"GroupID": "applicable_to"}),
    "SLAPolicyApplicableToSource": ("sla_policies", {"SourceID": "applicable_to"}),
    "SLAPolicyApplicableToTicketType": ("sla_policies", {"TicketType": "applicable_to"}),
    "SLAPolicyApplicableToProduct": ("sla_policies", {"ProductID": "applicable_to"}),
    "TicketRecipient": (
        "tickets",
        {
            "Email": "to_emails",
            "IsCCRecipient": "cc_emails",
            "IsReplyCCRecipient": "reply_cc_emails",
            "IsFwdRecipient": "fwd_emails",
            "IsPrimaryRecipient": "to_emails",
        },
    ),
    "TicketTag": ("tickets", {"Tag": "tags"}),
    "TicketCustomField": (
        "tickets",
        {
            "FieldName": "custom_fields",
            "ValueString": "custom_fields",
            "ValueBool": "custom_fields",
            "ValueLong": "custom_fields",
        },
    ),
    "TicketConversationAttachment": (
        "conversations",
        {
            "ID": "attachments",
            "Name": "attachments",
            "ContentType": "attachments",
            "Size": "attachments",
            "CreatedAt": "attachments",
            "UpdatedAt": "attachments",
            "AttachmentUrl": "attachments",
            "ThumbUrl": "attachments",
        },
    ),
    "TicketConversationRecipient": (
        "conversations",
        {
            "Email": "to_emails",
            "IsCCRecipient": "cc_emails",
            "IsBCCRecipient": "bcc_emails",
            "IsPrimaryRecipient": "to_emails",
        },
    ),
}
"""SyncHub's child tables: our table, and the column that each of theirs is cut from."""

MAY_BE_EITHER = {("conversations", "user_id")}
"""Customers write conversations too, and ids are shared: SyncHub says Agent, we say contact."""


def contract(name: str) -> list[dict[str, str]]:
    """A file of the contract, a row per column."""
    with (CONTRACT / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def plain(name: str) -> str:
    """A name without what SyncHub and Freshdesk spell differently: TimeZone, Timezone, time_zone."""
    return name.replace("_", "").lower()


def synchub_sources() -> Iterator[tuple[dict[str, str], str, str]]:
    """Each column of SyncHub's but its own: its row in the contract, our table, our column or ""."""
    for row in contract("synchub.csv"):
        theirs, column = row["table"], row["column"]
        if column in OF_SYNCHUB:
            continue
        if theirs in SYNCHUB:
            table = SYNCHUB[theirs]
            ours = {plain(c.name): c.name for c in TABLES[table].columns}
            yield row, table, SYNCHUB_RENAMED.get((theirs, column), ours.get(plain(column), ""))
        else:
            table, columns = SYNCHUB_CHILDREN[theirs]
            parent_key = "id" if target_of(row) == table else ""
            yield row, table, columns.get(column, parent_key)


def target_of(row: dict[str, str]) -> str:
    """Our table that a column of SyncHub's relates to, "" for none."""
    return SYNCHUB.get(row["relates_to"].partition(" → ")[0], "")


def test_every_stitch_column_has_a_source() -> None:
    """The stitch schema promises Stitch's columns; each is the payload's own path, so none is renamed."""
    for row in contract("stitch.csv"):
        paths = {column.path for column in TABLES[row["table"]].columns}
        known_missing = (row["table"], row["column"]) in CANNOT_BE_HAD
        assert (row["column"] in paths) is not known_missing, f"{row['table']}.{row['column']}"


def test_every_synchub_column_has_a_source() -> None:
    """So does the synchub schema; child tables are cut from a list or object of their parent's row."""
    missing = {(table, plain(column)) for table, column in CANNOT_BE_HAD}
    for row, table, column in synchub_sources():
        known_missing = (SYNCHUB.get(row["table"], ""), plain(row["column"])) in missing
        has_source = column in {c.name for c in TABLES[table].columns}
        assert has_source is not known_missing, f"{row['table']}.{row['column']}"


def test_nothing_is_excused_that_could_be_had() -> None:
    """A column that Freshdesk sends again must leave the list of those that cannot be had."""
    contracts = {(row["table"], row["column"]) for row in contract("stitch.csv")}
    assert set(CANNOT_BE_HAD) <= contracts
    for table, column in CANNOT_BE_HAD:
        assert column not in {c.name for c in TABLES[table].columns}


def test_stitch_relations_are_references() -> None:
    """Whoever could follow a relation in Stitch can follow it here, to the same table."""
    for row in contract("stitch.csv"):
        if row["relates_to"]:
            assert TABLES[row["table"]].column(row["column"]).references == f"{row['relates_to']}.id"


def test_synchub_relations_are_references() -> None:
    """Whoever could follow a relation in SyncHub can follow it here, unless it is inside a JSON column."""
    for row, table, column in synchub_sources():
        target = target_of(row)
        if not target or column == "id" or TABLES[table].column(column).type is Type.JSON:
            continue
        expected = "contacts" if (table, column) in MAY_BE_EITHER else target
        assert TABLES[table].column(column).references == f"{expected}.id", f"{table}.{column}"
