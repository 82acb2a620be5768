"""Products: what tickets are about, on accounts that support several."""

from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

products = Table(
    name="products",
    doc="One row per product, on accounts that support several.",
    path="products",
    sync=FullList(),
    group="setup",
    cadence=Cadence.SLOW,
    docs="products",
    columns=(
        bigint("id", "Product's id.", required=True),
        text("name", "Product's name."),
        text("description", "What the product is."),
        timestamp("created_at", "When the product was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)
