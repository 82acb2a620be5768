"""How the settings of an account are read: which rows an endpoint finds, in which order and shape."""

from freshdesk_assets.simulator import payloads
from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.plain_reads import as_it_is
from freshdesk_assets.simulator.state import Row


def ticket_fields(call: Call) -> Page:
    """The words for status, source, priority, group, agent and product (docs/freshdesk_api.md, 4.13)."""
    rows = [payloads.ticket_field(call.world, row) for row in call.world.tables["ticket_fields"].values()]
    kind = call.query.get("type")
    return call.page_of([row for row in rows if kind in (None, row["type"])], as_it_is)


def email_configs(call: Call) -> Page:
    """The mailboxes as the old endpoint shows them (docs/freshdesk_api.md, 4.15)."""
    return call.page_of(list(call.world.tables["mailboxes"].values()), payloads.email_config)


def mailboxes(call: Call) -> Page:
    """Primaries first, then by product, unless asked otherwise (docs/freshdesk_api.md, 3.4 and 4.15)."""
    order = call.choice("order_by", ("product_id", "group_id"), "")
    descending = call.choice("order_type", ("asc", "desc"), "asc") == "desc"
    product_id, group_id, active = call.number("product_id"), call.number("group_id"), call.flag("active")
    support, forward = call.query.get("support_email"), call.query.get("forward_email")
    found = [
        row
        for row in call.world.tables["mailboxes"].values()
        if product_id in (None, row["product_id"])
        and group_id in (None, row["group_id"])
        and active in (None, row["active"])
        and support in (None, row["support_email"])
        and forward in (None, row.get("freshdesk_mailbox", {}).get("forward_email"))
    ]
    first = "" if order else "default_reply_email"
    found.sort(key=lambda row: (not row.get(first), row[order or "product_id"] or 0, row["id"]))
    if descending:
        found.reverse()
    return call.page_of(found, as_it_is)


def helpdesk(call: Call) -> Row:
    """The helpdesk: one object without id (docs/freshdesk_api.md, 4.18)."""
    return call.world.helpdesk


def account(call: Call) -> Row:
    """The account: one object (docs/freshdesk_api.md, 4.18)."""
    return payloads.account(call.world)
