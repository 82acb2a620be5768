"""What the declared tables promise: no cursor is trusted blindly, no call is made for nothing."""

import re
from datetime import timedelta

from freshdesk_assets.schema.column import Type
from freshdesk_assets.schema.sync import (
    ChangedSince,
    DayFiles,
    EachParent,
    FullList,
    Keyset,
    LookBack,
    PerParent,
    Sync,
)
from freshdesk_assets.tables import declared_tables

TABLES = declared_tables()


def test_every_row_has_an_id_and_both_times() -> None:
    """SyncHub's RemoteID, WhenCreated and WhenModified are made from these three on all its tables.

    The exceptions are those of Freshdesk, which sends no such id or time of them.
    """
    named_otherwise = {"account", "custom_object_records", "ticket_associations"}
    without_times = named_otherwise | {
        "helpdesk_settings",
        "email_settings",
        "email_bcc",
        "agent_availability",
        "custom_object_schemas",
        "scenario_automations",
        "discussion_forums",
        "ticket_details",
        "ticket_watchers",
        "ticket_accesses",
        "ticket_activities",
    }
    for table in TABLES:
        names = {column.name for column in table.columns}
        assert ("id" not in names) == (table.name in named_otherwise), table.name
        assert (not {"created_at", "updated_at"} <= names) == (table.name in without_times), table.name
        if table.name not in named_otherwise:
            assert table.column("id").required
            assert table.column("id").type is Type.BIGINT
        if table.name not in without_times:
            assert {table.column(name).type for name in ("created_at", "updated_at")} == {Type.TIMESTAMPTZ}


def test_ids_of_other_tables_are_references() -> None:
    """A foreign key without a reference is missing from the documentation and from every check on it."""

    def plain(name: str) -> str:
        return name.replace("_", "")

    singular = {name: re.sub("s$", "", re.sub("ies$", "y", name)) for name in (t.name for t in TABLES)}
    replicated = {plain(one): name for name, one in singular.items()}
    for table in TABLES:
        for column in table.columns:
            stem = plain(column.name.removesuffix("s").removesuffix("_id"))
            own = table.key == (column.name,)
            if column.name.endswith(("_id", "_ids")) and stem in replicated and not own:
                assert column.references == f"{replicated[stem]}.id", f"{table.name}.{column.name}"


def test_only_maintained_cursors_are_read_incrementally() -> None:
    """Freshdesk filters few lists on a change: the rest are read whole, or their last days again.

    Tickets alone can be sorted by updated_at, so they alone are resumed from it. Contacts and companies are
    sorted by name. Time entries and ratings are filtered on a time that edits do not move. Agents, groups and
    the rest of the setup have no filter at all, and an agent's updated_at moves with every activity. A folder
    does not move with what is in it, so what is in folders is read with each of them, each time. Activities
    come in files, one for each day. Of lists below a parent, those of records of custom objects alone can be
    sorted by change, and counted.
    """
    decided: dict[str, Sync] = {
        "tickets": Keyset("updated_since", cursor="updated_at"),
        "contacts": ChangedSince(("_updated_since", "updated_since")),
        "companies": ChangedSince(("updated_since",)),
        "time_entries": LookBack("executed_after", "executed_at", 14, before="executed_before"),
        "satisfaction_ratings": LookBack("created_since", "created_at", 14),
        "ticket_activities": DayFiles(
            parameter="created_at",
            link_at="export.url",
            ends_at="metadata.end_at",
            fingerprint="id",
            days=30,
        ),
    }
    per_parent = {table.name for table in TABLES if isinstance(table.sync, PerParent)}
    assert per_parent == {
        "conversations",
        "ticket_associations",
        "ticket_details",
        "ticket_watchers",
        "ticket_accesses",
        "ticket_summaries",
        "discussion_comments",
    }
    each_parent = {table.name for table in TABLES if isinstance(table.sync, EachParent)}
    assert each_parent == {
        "canned_responses",
        "ticket_form_fields",
        "group_agent_roles",
        "solution_folders",
        "solution_articles",
        "solution_translations",
        "discussion_forums",
        "discussion_topics",
        "custom_object_records",
    }
    asked_for_changes = {table.name for table in TABLES for branch in table.branches if branch.changes}
    assert asked_for_changes == {"custom_object_records"}
    for table in TABLES:
        if table.name not in per_parent | each_parent:
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
    """A credit a row is spent on contacts and agents only, and on agents at most twice a day.

    It is spent once a week on agents whose roles a list per group tells, if that takes fewer calls.
    """
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
    assert agents.told is not None
    assert (agents.told.by, agents.told.same) == ("group_agent_roles", ("role_ids",))
    assert timedelta(days=6) < agents.told.every <= timedelta(days=7)
    assert not TABLES["group_agent_roles"].by_choice
    worth = {each.name for each in TABLES if isinstance(each.sync, EachParent) and each.sync.worth}
    assert worth == {"group_agent_roles"}


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
        ("solution_translations", "attachments"),
        ("conversations", "attachments"),
        ("canned_responses", "attachments"),
        ("solution_folders", "icon_url"),
        ("solution_articles", "attachments"),
        ("ticket_details", "attachments"),
        ("ticket_summaries", "attachments"),
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
    """Whoever looks for a table finds it in the file of that name, or of what it is a part of."""
    gathered = {
        "account": {"account", "helpdesk_settings", "email_settings", "email_bcc"},
        "canned_responses": {"canned_responses", "canned_response_folders"},
        "custom_objects": {"custom_object_schemas", "custom_object_records"},
        "discussions": {
            "discussion_categories",
            "discussion_forums",
            "discussion_topics",
            "discussion_comments",
        },
        "solutions": {
            "solution_categories",
            "solution_folders",
            "solution_articles",
            "solution_translations",
        },
        "ticket_companions": {"ticket_details", "ticket_watchers", "ticket_accesses", "ticket_summaries"},
        "ticket_fields": {"ticket_fields", "ticket_field_settings"},
        "ticket_forms": {"ticket_forms", "ticket_form_fields"},
    }
    declared: dict[str, set[str]] = {}
    for table in TABLES:
        declared.setdefault(TABLES.places[table.name].file.stem, set()).add(table.name)
    assert declared == {**{module: {module} for module in declared}, **gathered}
