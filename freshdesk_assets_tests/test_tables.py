"""The declared tables have every column of Stitch and SyncHub, and trust only maintained cursors."""

import csv
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from freshdesk_assets.schema.column import Type
from freshdesk_assets.schema.sync import ChangedSince, FullList, Keyset, LookBack, PerParent, Sync
from freshdesk_assets.schema.table import Table
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
"""SyncHub's tables whose rows are rows of ours, with the same columns in another spelling."""

SYNCHUB_RENAMED = {("TicketConversation", "TicketRemoteID"): "ticket_id"}
"""The one column with another name: the ticket's key once more, as text."""

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


def test_every_row_has_an_id_and_both_times() -> None:
    """SyncHub's RemoteID, WhenCreated and WhenModified are made from these three on all its tables."""
    for table in TABLES:
        assert table.column("id").required
        assert table.column("id").type is Type.BIGINT
        assert {table.column(name).type for name in ("created_at", "updated_at")} == {Type.TIMESTAMPTZ}


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


def test_ids_of_other_tables_are_references() -> None:
    """A foreign key without a reference is missing from the documentation and from every check on it."""
    singular = {name: re.sub("s$", "", re.sub("ies$", "y", name)) for name in (t.name for t in TABLES)}
    replicated = {plain(one): name for name, one in singular.items()}
    for table in TABLES:
        for column in table.columns:
            stem = plain(column.name.removesuffix("s").removesuffix("_id"))
            if column.name.endswith(("_id", "_ids")) and stem in replicated:
                assert column.references == f"{replicated[stem]}.id", f"{table.name}.{column.name}"


def test_only_maintained_cursors_are_read_incrementally() -> None:
    """Freshdesk filters few lists on a change: the rest are read whole, or their last days again.

    Tickets alone can be sorted by updated_at, so they alone are resumed from it. Contacts and companies are
    sorted by name. Time entries and ratings are filtered on a time that edits do not move. Agents, groups and
    the rest of the setup have no filter at all, and an agent's updated_at moves with every activity.
    """
    decided: dict[str, Sync] = {
        "tickets": Keyset("updated_since", cursor="updated_at"),
        "contacts": ChangedSince(("_updated_since", "updated_since")),
        "companies": ChangedSince(("updated_since",)),
        "time_entries": LookBack("executed_after", "executed_at", 14, before="executed_before"),
        "satisfaction_ratings": LookBack("created_since", "created_at", 14),
    }
    per_parent = {table.name for table in TABLES if isinstance(table.sync, PerParent)}
    assert per_parent == {"conversations"}
    for table in TABLES:
        if table.name not in per_parent:
            assert table.sync == decided.get(table.name, FullList()), table.name


def test_a_list_that_is_resumed_is_in_ascending_order_of_its_cursor() -> None:
    """Freshdesk sorts tickets by created_at, newest first, unless asked: resuming there loses rows."""
    for table in TABLES:
        if isinstance(table.sync, Keyset):
            assert table.params["order_by"] == table.sync.cursor
            assert table.params["order_type"] == "asc"


def test_no_declaration_asks_for_pages() -> None:
    """Page and page size are the engine's; a declared per_page would lose the hundred-row pages."""
    for table in TABLES:
        asked = set(table.params).union(*(listing.params for listing in table.listings))
        assert not asked & {"page", "per_page"}, table.name


def test_hidden_rows_have_a_listing_of_their_own() -> None:
    """Trash, spam and blocked contacts are in no plain list; the trash comes last, as the last wins a tie."""
    assert [listing.name for listing in TABLES["tickets"].listings] == ["all", "spam", "deleted"]
    assert [listing.name for listing in TABLES["contacts"].listings] == ["all", "blocked", "deleted"]
    for name in ("tickets", "contacts"):
        states = [listing.defaults["deleted"] for listing in TABLES[name].listings]
        assert states == [False, False, True]
    assert [listing.defaults["blocked"] for listing in TABLES["contacts"].listings] == [False, True, False]


def test_listings_of_a_table_settle_the_same_columns() -> None:
    """A row that moves from the trash to the plain list must lose `deleted`, so each list says it."""
    for table in TABLES:
        assert len({frozenset(listing.defaults) for listing in table.listings}) == 1, table.name


def test_tickets_cost_no_row_call() -> None:
    """A row call is a credit per ticket, twenty times what the list costs with both its includes."""
    assert TABLES["tickets"].row_call is None
    assert TABLES["tickets"].params["include"] == "description,stats"


def test_row_calls_are_paid_for_what_no_list_sends() -> None:
    """A credit a row is spent on contacts and agents only, and on agents at most twice a day."""
    assert {table.name: sorted(table.detail) for table in TABLES if table.row_call} == {
        "agents": ["contribution_group_ids", "group_ids", "role_ids", "skill_ids"],
        "contacts": [
            "avatar_content_type",
            "avatar_created_at",
            "avatar_id",
            "avatar_name",
            "avatar_size",
            "avatar_updated_at",
            "avatar_url",
            "devices",
            "other_companies",
            "other_emails",
            "tags",
            "view_all_tickets",
        ],
    }
    agents = TABLES["agents"].row_call
    assert agents is not None
    assert agents.every is not None
    assert agents.every >= timedelta(hours=12)


def test_only_lists_with_a_limit_of_their_own_declare_one() -> None:
    """Freshdesk limits Tickets List and Contacts List; pacing another list would only slow it."""
    limited = {table.name: table.sub_limit for table in TABLES if table.sub_limit}
    assert set(limited) == {"tickets", "contacts"}
    for limit in limited.values():
        assert [limit.allowed(total) for total in (50, 200, 400, 700, 1000, 2000)] == [
            20,
            20,
            100,
            200,
            300,
            400,
        ]
    assert limited["tickets"].name != limited["contacts"].name


def test_signed_urls_do_not_make_a_row_look_changed() -> None:
    """Attachment and avatar URLs are signed anew on each read; every row would be written at every run."""
    assert {(table.name, column.name) for table in TABLES for column in table.columns if column.volatile} == {
        ("contacts", "avatar_url"),
        ("conversations", "attachments"),
    }


def test_drifting_types_survive() -> None:
    """auto_ticket_assign has been a boolean and is a number; as an integer, true would become 1."""
    assert TABLES["groups"].column("auto_ticket_assign").type is Type.JSON


def test_edited_notes_win() -> None:
    """An edit of a note moves last_edited_at only, so updated_at alone would keep the older text."""
    assert TABLES["conversations"].version == ("updated_at", "last_edited_at")


def test_what_names_a_person_is_marked() -> None:
    """A column of people's names, addresses or words that is not marked would be published with the rest."""
    telling = {
        "name",
        "email",
        "phone",
        "mobile",
        "address",
        "body",
        "subject",
        "note",
        "feedback",
        "signature",
    }
    for name in ("tickets", "conversations", "contacts", "agents", "time_entries", "satisfaction_ratings"):
        for column in TABLES[name].columns:
            words = set(column.name.removesuffix("s").split("_"))
            # support_email is an address of the account's own.
            if (
                words & telling
                and column.name != "support_email"
                and column.type in (Type.VARCHAR, Type.VARCHARS)
            ):
                assert column.pii, f"{name}.{column.name}"


def test_a_module_declares_the_table_of_its_name() -> None:
    """Whoever looks for a table finds it in the file of that name."""
    for table in TABLES:
        module = f"freshdesk_assets.tables.{table.name}"
        assert isinstance(vars(__import__(module, fromlist=[table.name]))[table.name], Table)
