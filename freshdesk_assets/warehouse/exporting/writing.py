"""From tables and views to Parquet files in a folder: what changed is written, all else stays as it is.

Whether a partition changed is told by its rows: how many there are, and their hashes added up. Every value
is read for that, which takes a fraction of the time of writing it. Of a view, which must be computed either
way, the file is written and then compared.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from freshdesk_assets.warehouse.complaints import FULL, reason
from freshdesk_assets.warehouse.exporting.folder import FORMAT, Folder, Part, entry
from freshdesk_assets.warehouse.exporting.tables import NO_PARTITION, PARTITIONS, Exported
from freshdesk_assets.warehouse.file import Connection, WarehouseError
from freshdesk_assets.warehouse.paths import read, written
from freshdesk_assets.warehouse.sql import identifier, literal

OPTIONS = "format parquet, compression zstd, row_group_size 30720, row_group_size_bytes '64MB'"
"""Row groups are written when they have so many rows or bytes: they are in memory until then."""

SUMMED = "count(*), sum(hash(t)::hugeint)::varchar, bit_xor(hash(t))::varchar"
"""What tells rows from others: their number and their hashes, in whatever order they come."""


@dataclass(slots=True, kw_only=True)
class Counts:
    """What an export did."""

    tables: int = 0
    rows: int = 0
    written: int = 0
    bytes_written: int = 0
    unchanged: int = 0
    removed: int = 0


def export(
    connection: Connection,
    tables: Sequence[Exported],
    folder: Folder,
    *,
    by: str,
    since: datetime | None = None,
    whole: bool = False,
    source: str = "",
    report: Callable[[str], None] = lambda _: None,
) -> Counts:
    """Make the folder hold these tables and nothing else; what the connection reads must be of one moment.

    - `since`: partitions of before are left out.
    - `whole`: write everything again, whatever did not change.
    - `source`: what is exported, for the manifest.

    Raises WarehouseError, and leaves the folder's manifest and files as they were.
    """
    counts, new, entries = Counts(tables=len(tables)), dict[str, Path](), list[dict[str, Any]]()
    if whole:
        folder.former = {}
    for table in tables:
        try:
            parts = _Writer(connection, table, folder, by, since, new).parts()
        except duckdb.Error as error:
            raise _explained(error, table, folder) from None
        entries.append({"table": table, "parts": parts})
        counts.rows += sum(part.rows for part in parts)
        counts.unchanged += sum(part.file not in new for part in parts)
        counts.written += sum(part.file in new for part in parts)
        counts.bytes_written += sum(part.bytes for part in parts if part.file in new)
        report(f"{table.name}: {sum(part.rows for part in parts):,} rows")
    head = {
        "format": FORMAT,
        "made_by": "freshdesk-assets export",
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": source,
        "partitions": by,
        "since": since.date().isoformat() if since else None,
    }
    manifest = head | {"tables": [_listed(each["table"], each["parts"]) for each in entries]}
    schema = head | {"tables": [_described(each["table"], each["parts"], by) for each in entries]}
    try:
        counts.removed = folder.put(new, manifest, schema)
    except OSError as error:
        raise WarehouseError(f"{folder.path} could not be written: {error.strerror or error}") from None
    return counts


@dataclass(slots=True)
class _Writer:
    connection: Connection
    table: Exported
    folder: Folder
    by: str
    since: datetime | None
    new: dict[str, Path]

    def parts(self) -> list[Part]:
        """The table's files, those that stay and those that were written aside now."""
        if self.table.partition:
            return self._partitions()
        if not self.table.stored:
            return [self._computed()]
        found = self.connection.execute(f"select {SUMMED} from {self.table.source} t").fetchone()
        return [self._part("", found or (), "true")]

    def _partitions(self) -> list[Part]:
        time = identifier(self.table.about.time)
        start = f"date_trunc({literal(self.by)}, {time})"
        since = f" where {time} >= {literal(self.since.isoformat())}::timestamptz" if self.since else ""
        rows = self.connection.execute(
            f"select {start}::timestamp, {SUMMED} from {self.table.source} t{since} group by 1 order by 1"
        ).fetchall()
        parts = []
        for first, *summed in rows:
            if first is None:
                parts.append(self._part(NO_PARTITION, summed, f"{time} is null"))
                continue
            begins = literal(f"{first:%Y-%m-%d %H:%M:%S}+00")
            inside = (
                f"{time} >= {begins}::timestamptz and {time} < {begins}::timestamptz + interval 1 {self.by}"
            )
            if self.since:
                inside += f" and {time} >= {literal(self.since.isoformat())}::timestamptz"
            parts.append(self._part(f"{first:%Y-%m-%d}", summed, inside))
        # A loader that finds no file at all takes the table for missing.
        return parts or [self._part(NO_PARTITION, (0, "", ""), "false")]

    def _part(self, value: str, summed: Sequence[object], where: str) -> Part:
        fingerprint = self._fingerprint(summed)
        if kept := self.folder.kept(self.table.folder, value, fingerprint):
            return kept
        made = self._copy(f"select {self.table.selected} from {self.table.source} where {where}")
        return self._named(value, int(str(summed[0])), fingerprint, made)

    def _computed(self) -> Part:
        made = self._copy(f"select {self.table.selected} from {self.table.source}")
        summed = self.connection.execute(f"select {SUMMED} from read_parquet({read(made)}) t").fetchone()
        if summed is None:
            raise WarehouseError(f"{self.table.name} could not be read back")
        fingerprint = self._fingerprint(summed)
        if kept := self.folder.kept(self.table.folder, "", fingerprint):
            made.unlink()
            return kept
        return self._named("", summed[0], fingerprint, made)

    def _copy(self, query: str) -> Path:
        made = self.folder.aside / f"{len(self.new)}.parquet"
        self.connection.execute(f"copy ({query}) to {written(made)} ({OPTIONS})")
        return made

    def _named(self, value: str, rows: int, fingerprint: str, made: Path) -> Part:
        """The part under a name that no file had: the fingerprint may be one of an export long ago."""
        between = f"{self.table.partition}={value}/" if value else ""
        name, again = "", 0
        while not name or (self.folder.path / name).exists():
            hashed = hashlib.sha256(f"{fingerprint} {again}".encode()).hexdigest()[:16]
            name, again = f"{self.table.folder}/{between}data_{hashed}.parquet", again + 1
        self.new[name] = made
        return Part(value=value, file=name, rows=rows, bytes=made.stat().st_size, fingerprint=fingerprint)

    def _fingerprint(self, summed: Sequence[object]) -> str:
        """A hash of the rows, and of how they are written. Hashes of rows may differ between DuckDBs."""
        shape = [(each.name, each.type, each.written_as, each.value) for each in self.table.fields]
        made_of = repr((FORMAT, duckdb.__version__, OPTIONS, self.by, shape, [str(each) for each in summed]))
        return hashlib.sha256(made_of.encode()).hexdigest()


def _listed(table: Exported, parts: Sequence[Part]) -> dict[str, Any]:
    return {
        "schema": table.place[0],
        "name": table.place[1],
        "folder": table.folder,
        "partition": table.partition or None,
        "rows": sum(part.rows for part in parts),
        "files": [entry(part) for part in parts],
    }


def _described(table: Exported, parts: Sequence[Part], by: str) -> dict[str, Any]:
    about = table.about
    return {
        "schema": table.place[0],
        "name": table.place[1],
        "folder": table.folder,
        "doc": table.doc,
        "key": list(about.key),
        "partition": (
            {"column": PARTITIONS[by], "type": "DATE", "of": about.time, "by": by}
            if table.partition
            else None
        ),
        "rows": sum(part.rows for part in parts),
        "columns": [
            {
                "name": each.written_as,
                "in_replica": each.name,
                "type": each.type,
                "parquet": each.parquet,
                "doc": each.doc,
                "references": about.references.get(each.name),
                "personal": each.name in about.personal,
            }
            for each in table.fields
        ],
    }


def _explained(error: duckdb.Error, table: Exported, folder: Folder) -> WarehouseError:
    message = str(error)
    if any(each in message for each in FULL):
        said = f"there is no room for {folder.path}: make room, or export less by --tables"
    elif isinstance(error, duckdb.OutOfMemoryException):
        said = f"{table.name} needs more memory: set FRESHDESK_MEMORY to more"
    else:
        said = f"{table.name} could not be exported: {reason(error)}"
    return WarehouseError(f"{said}. What {folder.path} held is as it was")
