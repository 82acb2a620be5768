"""Contacts: the people who write in."""

from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, texts, timestamp
from freshdesk_assets.schema.endpoint import Listing, RowCall
from freshdesk_assets.schema.sync import ChangedSince
from freshdesk_assets.schema.table import Table
from freshdesk_assets.tables.custom_fields import custom_fields_of
from freshdesk_assets.tables.limits import CONTACTS_LIST

contacts = Table(
    name="contacts",
    doc="One row per contact, blocked and soft-deleted ones included; agents are not among them.",
    path="contacts",
    # Connectors have sent _updated_since since 2018, today's documentation says updated_since, and that was
    # refused in 2020. The list is ordered by name, so the cursor moves only once it has been read whole.
    sync=ChangedSince(("_updated_since", "updated_since")),
    # The plain list holds verified and unverified contacts only. A contact merged into another is deleted.
    listings=(
        Listing(defaults={"deleted": False, "blocked": False}),
        Listing(name="blocked", params={"state": "blocked"}, defaults={"deleted": False, "blocked": True}),
        Listing(name="deleted", params={"state": "deleted"}, defaults={"deleted": True, "blocked": False}),
    ),
    row_call=RowCall("contacts/{id}"),
    sub_limit=CONTACTS_LIST,
    history=("company_id", "other_companies"),
    people="name",
    group="people",
    docs="contact_attributes",
    columns=(
        bigint("id", "Contact's id, shared with agents: becoming one keeps it.", required=True),
        text("name", "Full name.", pii=True),
        text("first_name", "First name; only newer accounts send it.", pii=True),
        text("last_name", "Last name; only newer accounts send it.", pii=True),
        text("email", "Main e-mail address; null if known by phone or handle only.", pii=True),
        texts("other_emails", "Further e-mail addresses.", pii=True, detail=True),
        text("phone", "Telephone number.", pii=True),
        text("mobile", "Mobile number.", pii=True),
        json("other_phone_numbers", "Further numbers: value, and a label that is often null.", pii=True),
        text("address", "Postal address.", pii=True),
        text("job_title", "Job title.", pii=True),
        text("description", "Notes about the contact.", prose=True),
        text("language", "Language code (en, de, pt-BR, …)."),
        text("time_zone", "Time zone, by its Rails name (Vienna, not Europe/Vienna)."),
        boolean("active", "Whether the e-mail address is verified; says nothing of deletion."),
        boolean(
            "blocked",
            "Whether Freshdesk refuses their messages; known from the list that sent the row.",
            default=False,
        ),
        boolean(
            "deleted",
            "Whether soft-deleted; known from the list that sent the row, where the row does not say.",
            default=False,
        ),
        bigint("company_id", "Main company; null if none.", references="companies.id"),
        boolean(
            "view_all_tickets",
            "Whether they see all tickets of their main company; null until the row's own call was made.",
            detail=True,
        ),
        # A detail although the list has a key of that name: documented as bare ids there, seen only empty.
        json("other_companies", "Further companies: company_id and view_all_tickets each.", detail=True),
        texts("tags", "Tags.", pii=True, detail=True),
        text(
            "contact_type",
            "contact, or visitor for someone known from chat only.",
            accepted=("contact", "visitor"),
        ),
        text("preferred_source", "How they like to be answered (phone, outbound_email, …)."),
        integer("csat_rating", "Satisfaction as of their latest rating; null if never rated."),
        text("twitter_id", "Twitter handle, or since October 2020 a numeric id.", pii=True),
        boolean(
            "twitter_profile_status",
            "Undocumented state of the Twitter profile; null where not known, seen in 2023 only.",
        ),
        integer("twitter_followers_count", "Followers on Twitter; seen in 2023 only."),
        text("facebook_id", "Facebook id.", pii=True),
        json("social_handler", "Handles on other channels.", pii=True),
        text("unique_external_id", "Id in the customer's own system.", pii=True),
        text("visitor_id", "Chat visitor's UUID."),
        bigint("org_contact_id", "Id across the organisation's Freshworks products; above 2^53."),
        bigint("avatar_id", "Picture's id; null if none.", path="avatar.id", detail=True),
        text("avatar_name", "Picture's file name.", path="avatar.name", pii=True, detail=True),
        text("avatar_content_type", "Picture's MIME type.", path="avatar.content_type", detail=True),
        bigint("avatar_size", "Picture's size in bytes.", path="avatar.size", detail=True),
        # Signed anew on each read, and expired within hours.
        text(
            "avatar_url", "Picture's URL.", path="avatar.avatar_url", prose=True, detail=True, volatile=True
        ),
        timestamp("avatar_created_at", "When it was uploaded.", path="avatar.created_at", detail=True),
        timestamp("avatar_updated_at", "When it was replaced.", path="avatar.updated_at", detail=True),
        json("devices", "Devices known to be theirs.", pii=True, detail=True),
        json("custom_fields", "The account's own fields by name, without cf_.", own=True),
        text("guest_name", "Name that a guest gave; null on older accounts.", pii=True),
        text("guest_profile_pic", "URL of a guest's picture; null on older accounts.", prose=True),
        timestamp("created_at", "When the contact was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

contact_tags = Child(
    name="contact_tags",
    doc="One row per tag of a contact.",
    parent="contacts",
    by="contact_id",
    cut=Elements("tags"),
    columns=(text("tag", "Tag.", path="value", required=True, pii=True),),
    key=("tag",),
)

contact_other_emails = Child(
    name="contact_other_emails",
    doc="One row per further e-mail address of a contact.",
    parent="contacts",
    by="contact_id",
    cut=Elements("other_emails"),
    columns=(text("email", "E-mail address.", path="value", required=True, pii=True),),
    key=("email",),
)

contact_other_companies = Child(
    name="contact_other_companies",
    doc="One row per company of a contact beside the main one.",
    parent="contacts",
    by="contact_id",
    cut=Elements("other_companies"),
    columns=(
        # Documented as bare ids in the list and as objects in the row's own call.
        bigint(
            "company_id",
            "Company.",
            path="value.company_id|value",
            references="companies.id",
            required=True,
        ),
        boolean(
            "view_all_tickets",
            "Whether they see all its tickets; null until the contact's own call was made.",
            path="value.view_all_tickets",
        ),
    ),
    key=("company_id",),
)

contact_other_phone_numbers = Child(
    name="contact_other_phone_numbers",
    doc="One row per further telephone number of a contact.",
    parent="contacts",
    by="contact_id",
    cut=Elements("other_phone_numbers"),
    columns=(
        text("value", "Number.", path="value.value|value", pii=True),
        text("label", "Kind of number; often null.", path="value.label", pii=True),
    ),
    key=("position",),
)

contact_custom_fields = custom_fields_of(
    "contacts", name="contact_custom_fields", by="contact_id", fields="contact_fields"
)
