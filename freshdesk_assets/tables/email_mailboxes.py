"""E-mail mailboxes: the addresses tickets come in by."""

from freshdesk_assets.schema.column import bigint, boolean, integer, text, timestamp
from freshdesk_assets.schema.endpoint import Fallback
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

email_mailboxes = Table(
    name="email_mailboxes",
    doc="One row per support address, with Freshdesk or on a mail server of the account's own.",
    path="email/mailboxes",
    # Where it is refused, an older list has less of the same mailboxes (docs/freshdesk_api.md, 4.15).
    fallback=Fallback("email_configs"),
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="email-mailboxes",
    columns=(
        bigint("id", "Mailbox's id, the email_config_id of tickets.", required=True),
        text("name", "Name that replies are sent under."),
        text("support_email", "Address customers write to."),
        bigint("group_id", "Group its tickets go to; null if none.", references="groups.id"),
        bigint("product_id", "Product its tickets are about; null if none.", references="products.id"),
        boolean("default_reply_email", "Whether it is the address replies of its product are sent from."),
        boolean("active", "Whether the address is verified; says nothing of deletion."),
        text(
            "mailbox_type",
            "freshdesk_mailbox or custom_mailbox: which of the columns below are filled.",
            accepted=("freshdesk_mailbox", "custom_mailbox"),
        ),
        text("to_email", "Freshdesk's address that mail is forwarded to; of the older list only."),
        text("reply_email", "Address that replies are sent from; of the older list only."),
        boolean(
            "primary_role", "Whether it is the account's or its product's first; null but in the older list."
        ),
        text("failure_code", "Why the mailbox fails; null, or the word null, if it does not."),
        text(
            "freshdesk_mailbox_forward_email",
            "Freshdesk's address that mail is forwarded to.",
            path="freshdesk_mailbox.forward_email",
        ),
        text(
            "custom_mailbox_access_type",
            "incoming, outgoing or both.",
            path="custom_mailbox.access_type",
            accepted=("incoming", "outgoing", "both"),
        ),
        text(
            "custom_mailbox_incoming_mail_server",
            "Server that mail is received by.",
            path="custom_mailbox.incoming.mail_server",
        ),
        integer("custom_mailbox_incoming_port", "Port of that server.", path="custom_mailbox.incoming.port"),
        boolean(
            "custom_mailbox_incoming_use_ssl",
            "Whether the connection is encrypted; null for a Freshdesk mailbox.",
            path="custom_mailbox.incoming.use_ssl",
        ),
        boolean(
            "custom_mailbox_incoming_delete_from_server",
            "Whether mail is deleted there once fetched; null for a Freshdesk mailbox.",
            path="custom_mailbox.incoming.delete_from_server",
        ),
        text(
            "custom_mailbox_incoming_authentication",
            "plain, login or CRAM-MD5.",
            path="custom_mailbox.incoming.authentication",
        ),
        text(
            "custom_mailbox_incoming_user_name",
            "Name it signs in with.",
            path="custom_mailbox.incoming.user_name",
            pii=True,
        ),
        text(
            "custom_mailbox_incoming_failure_code",
            "Why mail is not received; null, or the word null, if it is.",
            path="custom_mailbox.incoming.failure_code",
        ),
        text(
            "custom_mailbox_outgoing_mail_server",
            "Server that mail is sent by.",
            path="custom_mailbox.outgoing.mail_server",
        ),
        integer("custom_mailbox_outgoing_port", "Port of that server.", path="custom_mailbox.outgoing.port"),
        boolean(
            "custom_mailbox_outgoing_use_ssl",
            "Whether the connection is encrypted; null for a Freshdesk mailbox.",
            path="custom_mailbox.outgoing.use_ssl",
        ),
        text(
            "custom_mailbox_outgoing_authentication",
            "plain, login or CRAM-MD5.",
            path="custom_mailbox.outgoing.authentication",
        ),
        text(
            "custom_mailbox_outgoing_user_name",
            "Name it signs in with.",
            path="custom_mailbox.outgoing.user_name",
            pii=True,
        ),
        # SyncHub has this one; the API's documentation names it on the incoming side only.
        text(
            "custom_mailbox_outgoing_failure_code",
            "Why mail is not sent; null, or the word null, if it is.",
            path="custom_mailbox.outgoing.failure_code",
        ),
        timestamp("created_at", "When the mailbox was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
