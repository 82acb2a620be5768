"""Which attachments are to be fetched, and the record of those that were.

The table `attachment_files` of the ledger has a row for each state of an attachment. One whose size or
`updated_at` is another is fetched anew, and the row of what it was stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from freshdesk_assets.schema.child import Child
from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import shaped
from freshdesk_assets.warehouse.sql import identifier, literal, number

FILES = "attachment_files"

LINKS_LIVE = timedelta(days=7)
"""The longest that a link of S3 can live. Freshdesk's live for hours (docs/freshdesk_api.md, 6.5)."""

RETRY_AFTER = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""How long after its first, second and every later try a file is tried again, where that may help."""


MOST_TRIES = 20
"""How often a file is tried, however many links it gets: some are gone, and are told of all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An attachment that is to be fetched; `aged` says that its link is too old to be tried."""

    table: str
    parent_table: str
    parent_id: int
    id: int
    size: int | None
    updated_at: datetime | None
    link: str
    tries: int
    aged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of an attachment: its content and where it is, or the error.

    - `bytes`: of a file that is too large, what is known of its size.
    - `again`: whether the same link may be good later.
    - `renew`: whether another link may be good.
    """

    attachment: Attachment
    bytes: int | None = None
    sha256: str | None = None
    path: str | None = None
    content_type: str | None = None
    error: str | None = None
    again: bool = False
    renew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is recorded of attachments: files and bytes fetched, those not fetched by reason.

    - `changed`: files that have another size than Freshdesk says.
    - `linkless`: attachments that Freshdesk sends without id or link.
    """

    fetched: int
    bytes: int
    failed: dict[str, int]
    changed: int
    linkless: int


def unfetched(
    connection: Connection, children: Sequence[Child], moment: datetime, *, most: int, limit: int = 2000
) -> list[Attachment]:
    """The next attachments to be fetched, those first that were read first: their links end first.

    Those are left out that are marked as deleted, or were tried and wait. One that was too large is fetched
    once `most` bytes allow it.
    """
    if not children:
        return []
    chosen = " union all ".join(_chosen(connection, child) for child in children)
    rows = connection.execute(
        f"""
select
  a.table_name,
  a.parent_table,
  a.parent_id,
  a.id,
  a.size,
  a.updated_at,
  a.link,
  coalesce(f.tries, 0),
  a._synced_at < $2
from ({chosen}) a
left join {ledger(connection, FILES)} f on {_same("a", "f")}
where f.id is null
  or f.sha256 is null
  and (
    f.renew and f.link <> md5(a.link)
    or f.retry_at <= $1
    or f.bytes <= $3
  )
order by a._synced_at, a.table_name, a.parent_id, a.id
""",
        [moment, moment - LINKS_LIVE, most],
        # Not `limit`: see pending() in parents.py.
    ).fetchmany(limit)
    return [
        Attachment(
            table=table,
            parent_table=parent_table,
            parent_id=parent,
            id=id_,
            size=size,
            updated_at=updated_at,
            link=link,
            tries=tries,
            aged=aged,
        )
        for table, parent_table, parent, id_, size, updated_at, link, tries, aged in rows
    ]


def record_attempts(connection: Connection, attempts: Iterable[Attempt], moment: datetime) -> None:
    """Record what became of attachments."""
    target = ledger(connection, FILES)
    for each in attempts:
        of = each.attachment
        connection.execute(
            f"delete from {target} f where f.table_name = ? and f.parent_id = ? and f.id = ?"
            " and f.size is not distinct from ? and f.updated_at is not distinct from ?",
            [of.table, of.parent_id, of.id, of.size, of.updated_at],
        )
        wait = RETRY_AFTER[min(of.tries, len(RETRY_AFTER) - 1)]
        connection.execute(
            f"insert into {target} by name select $table as table_name,"
            " $parent_table as parent_table, $parent as parent_id, $id as id,"
            " $size as size, $updated_at as updated_at, $bytes as bytes, $sha256 as sha256, $path as path,"
            " $content_type as content_type, $fetched_at as fetched_at, $error as error, $tries as tries,"
            " $tried_at as tried_at, $retry_at as retry_at, md5($link) as link, $renew as renew",
            {
                "table": of.table,
                "parent_table": of.parent_table,
                "parent": of.parent_id,
                "id": of.id,
                "size": of.size,
                "updated_at": of.updated_at,
                "bytes": each.bytes,
                "sha256": each.sha256,
                "path": each.path,
                "content_type": each.content_type,
                "fetched_at": None if each.error else moment,
                "error": each.error,
                "tries": of.tries + 1,
                "tried_at": moment,
                "retry_at": moment + wait if each.again else None,
                "link": of.link,
                "renew": each.renew and of.tries + 1 < MOST_TRIES,
            },
        )


def renewable(connection: Connection, table: str) -> str:
    """The SQL condition that a row `t` of the table has a file which another link may bring.

    Empty if the table has no such row.
    """
    target = ledger(connection, FILES)
    asked = f"select 1 from {target} f where f.parent_table = {literal(table)} and f.renew"
    if connection.execute(f"{asked} limit 1").fetchone() is None:
        return ""
    return f"exists ({asked} and f.parent_id = t.id)"


def retry_due(connection: Connection, moment: datetime) -> bool:
    """Whether a file waits to be tried again, and its time has come."""
    due = f"select count(*) from {ledger(connection, FILES)} where retry_at <= ?"
    return number(connection, due, [moment]) > 0


def standing(connection: Connection, children: Sequence[Child]) -> Standing:
    """What is recorded of all attachments."""
    target = ledger(connection, FILES)
    fetched, size, changed = connection.execute(
        "select count(sha256), coalesce(sum(bytes) filter (sha256 is not null), 0),"
        f" count(*) filter (sha256 is not null and bytes <> size) from {target}"
    ).fetchone() or (0, 0, 0)
    failed = connection.execute(
        f"select error, count(*) from {target} where error is not null group by error order by error"
    ).fetchall()
    linkless = sum(
        number(
            connection,
            f"select count(*) from {shaped(connection, child)}"
            f" where _deleted_at is null and (id is null or {identifier(child.files)} is null)",
        )
        for child in children
    )
    return Standing(fetched=fetched, bytes=int(size), failed=dict(failed), changed=changed, linkless=linkless)


def _chosen(connection: Connection, child: Child) -> str:
    """SQL for the attachments of a table that have a link, each once."""
    by, link = identifier(child.by), identifier(child.files)
    return (
        f"select {literal(child.name)} as table_name, {literal(child.parent)} as parent_table,"
        f" {by} as parent_id, id, size, updated_at,"
        f" {link} as link, _synced_at from {shaped(connection, child)}"
        f" where _deleted_at is null and id is not null and {link} is not null"
        f" qualify row_number() over (partition by {by}, id, size, updated_at order by {link}) = 1"
    )


def _same(one: str, other: str) -> str:
    """The SQL condition that two rows are of one state of one attachment."""
    exactly = " and ".join(f"{one}.{name} = {other}.{name}" for name in ("table_name", "parent_id", "id"))
    return exactly + "".join(
        f" and {one}.{name} is not distinct from {other}.{name}" for name in ("size", "updated_at")
    )
