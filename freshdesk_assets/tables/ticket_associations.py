"""Ticket associations: parents with their children, trackers with the tickets they track."""

from freshdesk_assets.schema.column import bigint
from freshdesk_assets.schema.endpoint import Kept
from freshdesk_assets.schema.sync import Branch, PerParent
from freshdesk_assets.schema.table import Table

ticket_associations = Table(
    name="ticket_associations",
    doc="One row per ticket and ticket that it is associated with, from both sides.",
    path="tickets/{id}/associated_tickets",
    # Only tickets that have some are asked for, once per version.
    sync=PerParent(
        "tickets",
        "ticket_id",
        where="p.association_type in (1, 3)",
        optional=True,
        below=(
            Branch(
                parent="tickets",
                path="tickets/{id}/prime_association",
                column="ticket_id",
                where="p.association_type in (2, 4)",
                one=True,
                optional=True,
            ),
        ),
    ),
    rows_at="tickets",
    # The reply has the whole of the other ticket, which its own list has anyway.
    kept=(Kept("id"),),
    key=("ticket_id", "other_ticket_id"),
    version=(),
    window="_synced_at",
    group="tickets",
    docs="tickets",
    columns=(
        bigint("ticket_id", "Ticket that was asked for.", references="tickets.id", required=True),
        bigint(
            "other_ticket_id",
            "Ticket that it is associated with.",
            path="id",
            references="tickets.id",
            required=True,
        ),
    ),
)
