"""A library whose readers are persons, replicated under a policy; run as a program, it converts and forgets.

The program's arguments: what to do (convert or forget), and the file.
"""

import json as json_text
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

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


KEEP = Privacy(key=KEY)
HASHES = Privacy(policy=HASH, key=KEY)
DROPS = Privacy(policy=DROP, key=KEY)


def row(id_: int, minute: int = 0, **fields: Any) -> bytes:
    """A row as it is sent."""
    return json_text.dumps({"id": id_, **fields, "updated_at": f"2024-01-01T12:{minute:02d}:00Z"}).encode()


def ada(**fields: Any) -> bytes:
    """A reader."""
    return row(
        1,
        **{
            "name": "Ada Lovelace",
            "email": "ada@example.com",
            "phone": "+49 170 1234567",
            "job": "Countess",
            "other_emails": ["countess@example.com"],
            "own": {"of": "Ockham", "since": 1835},
            **fields,
        },
    )


def rows() -> dict[str, list[bytes]]:
    """Two readers and what they lent."""
    return {
        "readers": [ada(), row(2, name="Ben Byron", email="ben@example.com", job="Countess")],
        "loans": [
            row(10, reader_id=1, title="Sums", note="for my engine", files=[{"id": 1, "name": "engine.pdf"}]),
            row(11, reader_id=2, title="Odes", note="Ada Lovelace knows", copies=["ada@example.com"]),
        ],
    }


def query(warehouse: Warehouse, statement: str) -> list[tuple[Any, ...]]:
    """What plain duckdb reads in the file."""
    with duckdb.connect(str(warehouse.path), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def bytes_of(warehouse: Warehouse) -> bytes:
    """All that is on the disk."""
    files = (file for file in warehouse.path.parent.rglob("*") if file.is_file())
    return b"".join(file.read_bytes() for file in files)


def obstacle(warehouse: Warehouse) -> Path:
    """Something because of which the file cannot be written anew."""
    made = warehouse.path.with_name(f"{warehouse.path.name}.0a1b2c3d.unfinished")
    made.mkdir()
    return made


def query_written(warehouse: Warehouse, statement: str) -> list[tuple[Any, ...]]:
    """What the replica itself reads: a file with a log beside it is not opened by a reader alone."""
    with warehouse.open() as connection:
        return connection.execute(statement).fetchall()


if __name__ == "__main__":
    file = Warehouse(Path(sys.argv[2]), lock_wait=5.0)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    if sys.argv[1] == "convert":
        Privacy(policy=HASH, key=KEY).apply(file, CATALOG, print)
    else:
        forgetter(file, email="ada@example.com").forget()
