"""Conversations: the replies and notes under a ticket."""

from freshdesk_assets.schema.child import Child, Elements, Pooled
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, texts, timestamp
from freshdesk_assets.schema.sync import PerParent
from freshdesk_assets.schema.table import Table

conversations = Table(
    name="conversations",
    doc="One row per reply, note or forward on a ticket; the ticket's own description is not among them.",
    path="tickets/{id}/conversations",
    # There is no list across tickets and no updated_since. Tickets closed and idle for 120 days are archived.
    # Every changed ticket is asked, even one that seems to have no new conversation. That could only be
    # inferred from its times and its channel, and an automation's note at creation shows in neither.
    sync=PerParent("tickets", "ticket_id", archived="tickets/archived/{id}/conversations"),
    # An edited note was seen with updated_at 19:31:18 and last_edited_at 19:41:45.
    version=("updated_at", "last_edited_at"),
    window="created_at",
    group="tickets",
    docs="conversations",
    columns=(
        bigint("id", "Conversation's id.", required=True),
        bigint("ticket_id", "Ticket it belongs to.", references="tickets.id"),
        bigint(
            "user_id",
            "Contact who wrote it, or an agent: ids are shared; null if none.",
            references="contacts.id",
            also="agents.id",
        ),
        text("body", "What was written, in HTML.", prose=True),
        text("body_text", "What was written, as plain text.", prose=True),
        json("structured_body", "What was written, in blocks; null unless from a chat.", prose=True),
        boolean("incoming", "Whether it came from outside, as a customer's reply does."),
        boolean("private", "Whether only agents can see it."),
        integer(
            "source",
            "0 Reply, 2 Note, 5 Tweet, 6 Survey feedback, 7 Facebook, 8 Forwarded e-mail, 9 Phone, "
            "10 MobiHelp, 11 E-commerce; web chat adds others.",
        ),
        integer(
            "category",
            "Undocumented; seen: 2 Private note or forward, 3 Public reply or note, 6 Reply to a forward, "
            "7 Survey feedback; 1 is probably a customer's reply.",
        ),
        text("support_email", "Address of the account that it was sent from or to; null if none."),
        text("from_email", "Sender, as 'Name <address>'; null for notes.", pii=True),
        texts("to_emails", "Addressees; null if none.", pii=True),
        texts("cc_emails", "Addresses in copy; null if none.", pii=True),
        texts("bcc_emails", "Addresses in blind copy; null for notes.", pii=True),
        integer("email_failure_count", "How many addressees the e-mail did not reach."),
        json("outgoing_failures", "Why sending failed; null if it did not.", pii=True),
        json("delivery_details", "Lists failed_emails and pending_emails.", pii=True),
        bigint("thread_id", "Collaboration thread it is part of; null if none."),
        bigint("thread_message_id", "Message of that thread; null if none."),
        text("threading_type", "How it was threaded; only null has been seen."),
        boolean("auto_response", "Whether it was sent automatically."),
        bigint(
            "automation_id", "Automation rule that wrote it; null if none.", references="automation_rules.id"
        ),
        integer("automation_type_id", "Type of that rule: 1 On creation, 3 Hourly, 4 On update."),
        # attachment_url and thumb_url are signed anew on each read; documented rows have file_size for size.
        json("attachments", "Files: id, name, content_type, size, attachment_url.", pii=True, volatile=True),
        json("cloud_files", "Files linked from cloud storage; only forwards send it.", pii=True),
        boolean(
            "has_quoted_text",
            "Whether it quotes an earlier message; only forwards send it, of others it is not known.",
        ),
        json("source_additional_info", "Further details from the channel; null for e-mail.", pii=True),
        boolean(
            "deleted",
            "Whether it was deleted; only forwards say so, others are never deleted.",
            default=False,
        ),
        boolean("archived", "Whether it was read from the archive.", default=False),
        timestamp("last_edited_at", "When its text was last edited, which does not move updated_at."),
        bigint("last_edited_user_id", "Agent who last edited it; null if never.", references="agents.id"),
        timestamp("created_at", "When it was written."),
        timestamp("updated_at", "When it last changed; editing a note does not move it."),
    ),
)

conversation_recipients = Child(
    name="conversation_recipients",
    doc="One row per conversation and address it was sent to.",
    parent="conversations",
    by="conversation_id",
    cut=Pooled(
        "email",
        {
            "is_primary_recipient": "to_emails",
            "is_cc_recipient": "cc_emails",
            "is_bcc_recipient": "bcc_emails",
        },
    ),
    columns=(text("email", "Address, as it was sent.", required=True, pii=True),),
    key=("email",),
)

conversation_attachments = Child(
    name="conversation_attachments",
    doc="One row per file attached to a conversation.",
    parent="conversations",
    by="conversation_id",
    cut=Elements("attachments"),
    columns=(
        bigint("id", "Attachment's id.", path="value.id"),
        text("name", "File name.", path="value.name", pii=True),
        text("content_type", "MIME type.", path="value.content_type"),
        bigint("size", "Size in bytes.", path="value.size|value.file_size"),
        # Signed when the conversation was read, and expired within hours.
        text("attachment_url", "URL, valid for some hours.", path="value.attachment_url", prose=True),
        text("thumb_url", "URL of a preview, valid as long.", path="value.thumb_url", prose=True),
        timestamp("created_at", "When it was uploaded.", path="value.created_at"),
        timestamp("updated_at", "When it last changed.", path="value.updated_at"),
    ),
    key=("position",),
    files="attachment_url",
)
