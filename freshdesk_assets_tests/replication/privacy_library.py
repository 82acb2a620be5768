"""A library whose readers are persons, replicated under a policy; run as a program, it converts and forgets.

The program's arguments: what to do (convert or forget), and the file.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from freshdesk_assets.replication.forgetting import Forgetter
from freshdesk_assets.replication.privacy import Privacy
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, json, text, texts
from freshdesk_assets.schema.page import Page
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets_tests.library import declared

KEY = "a key that is long enough to be one"

READERS = declared(
    "readers",
    text("name", "Name.", pii=True),
    text("email", "Address.", pii=True),
    text("phone", "Number.", pii=True),
    text("job", "What they do.", pii=True),
    texts("other_emails", "Other addresses.", pii=True),
    bigint("desk", "Desk."),
    json("own", "The library's own fields.", own=True),
    people="name",
)
LOANS = declared(
    "loans",
    bigint("reader_id", "Who lent it.", references="readers.id"),
    text("title", "Title."),
    text("note", "What was said.", prose=True),
    texts("copies", "Addresses in copy.", pii=True),
    texts("labels", "What readers call it.", pii=True),
    json("files", "Files.", pii=True),
)
FILES = Child(
    name="loan_files",
    doc="One row per file.",
    parent="loans",
    by="loan_id",
    cut=Elements("files"),
    columns=(
        bigint("id", "Id.", path="value.id"),
        text("name", "Name.", path="value.name", pii=True),
        bigint("size", "Size.", path="value.size"),
    ),
    key=("id",),
)
CATALOG = Catalog((READERS, LOANS), (FILES,))

HASH, DROP = Policy(default=Treatment.HASH), Policy(default=Treatment.DROP)
NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def replicate(warehouse: Warehouse, privacy: Privacy, by_table: dict[str, list[bytes]]) -> Landed:
    """Land rows under a policy, as a sync does."""
    privacy.apply(warehouse, CATALOG, print)
    landed = Landed()
    for name, rows in by_table.items():
        table = CATALOG[name]
        treatment = privacy.treatment(table, CATALOG, warehouse)
        with Spool(spools(warehouse), table, treatment=treatment) as spool:
            spool.add(Page(listing="all", rows=tuple(rows)))
            with warehouse.open() as connection:
                landed += land(connection, spool.take(), datetime.now(UTC))
    return landed


def spools(warehouse: Warehouse) -> Path:
    """Where rows wait."""
    return warehouse.path.with_name("spool")


def forgetter(
    warehouse: Warehouse,
    policy: Policy | None = None,
    *,
    contact: int | None = None,
    email: str | None = None,
) -> Forgetter:
    """What forgets a reader."""
    return Forgetter(
        privacy=Privacy(policy=policy or Policy(), key=KEY),
        catalog=CATALOG,
        warehouse=warehouse,
        spools=spools(warehouse),
        files=None,
        contact=contact,
        email=email,
    )


if __name__ == "__main__":
    file = Warehouse(Path(sys.argv[2]), lock_wait=5.0)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    if sys.argv[1] == "convert":
        Privacy(policy=HASH, key=KEY).apply(file, CATALOG, print)
    else:
        forgetter(file, email="ada@example.com").forget()
