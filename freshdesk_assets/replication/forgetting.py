"""From a person's id or address to a replica that knows nothing of them, and will not know it again."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from freshdesk_assets.extract.http.errors import ConfigurationError
from freshdesk_assets.personal.forgotten import ROW, owners_of, row_name, telling
from freshdesk_assets.personal.hashing import HASHED, Hasher, normal
from freshdesk_assets.personal.naming import Mark, Marker
from freshdesk_assets.personal.patterns import patterns_of
from freshdesk_assets.personal.treatments import Treatments
from freshdesk_assets.replication.privacy import Privacy
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.personal import Policy, Treatment
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.children import derive
from freshdesk_assets.warehouse.derived.forgetting import (
    Owned,
    alone,
    blank_and_mask,
    drop_rejected,
    forget_files,
    keys_of,
    named_in,
    note_owned,
    texts_of,
)
from freshdesk_assets.warehouse.derived.treating import drop_kept
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseError
from freshdesk_assets.warehouse.landing.spool_folders import sweep
from freshdesk_assets.warehouse.ledger.personal import (
    Forgetting,
    owe_rewrite,
    record_forgetting,
    record_marks,
)
from freshdesk_assets.warehouse.rewriting import rewrite
from freshdesk_assets.warehouse.shape import stored_tables


class NoKey(ConfigurationError):
    """Nobody can be forgotten without a key: they would come back with the next sync."""


class NoFolder(ConfigurationError):
    """Files are to be removed, and no setting says where they are."""


class _Undone(Exception):
    """A dry run ends so, and its transaction with it."""


@dataclass(slots=True)
class Person:
    """What names a person in the replica: texts and names in clear, and hashes that nobody else has."""

    texts: set[str] = field(default_factory=set)
    hashes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @property
    def patterns(self) -> list[tuple[str, ...]]:
        """Regular expressions for texts of others; of each tuple, all match one that names the person."""
        found = set(patterns_of(self.texts | self.hashes, ""))
        for name in self.names:
            found |= set(patterns_of((), name))
        return sorted(found)

    def marks(self, marker: Marker) -> set[Mark]:
        """The marks of what names the person."""
        found = set(marker.of_person(self.texts | self.hashes, ""))
        for name in self.names:
            found |= set(marker.of_person((), name))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetter:
    """Forgets a person in a file: whose id is `contact`, or who has the address `email`.

    - `spools`: the folder where rows wait until they are stored.
    - `files`: the folder of fetched attachments, if there is one.
    """

    privacy: Privacy
    catalog: Catalog
    warehouse: Warehouse
    spools: Path
    files: Path | None
    contact: int | None = None
    email: str | None = None

    def forget(self, *, dry_run: bool = False) -> Forgetting:
        """Forget the person; how many rows that concerns. With `dry_run`, nothing is changed.

        All rows of the person, and what is a part of them, lose what is about persons. In all others, what
        names the person is masked. The file is written anew, and nothing of it is left. Raises NoKey,
        NoFolder, AnotherKey and WarehouseError.
        """
        if (hasher := self.privacy.hasher) is None:
            raise NoKey(
                "FRESHDESK_PII_KEY is not set: without it, whoever is forgotten would come back with the next"
                " sync. Make a key with `openssl rand -hex 32`, and keep it"
            )
        done = Forgetting()
        with suppress(_Undone), self.warehouse.open(checkpoint=False) as connection:
            self.privacy.settle_key(connection, self.warehouse.name)
            done, paths = self._forget(connection, hasher, datetime.now(UTC))
            if dry_run:
                raise _Undone
            owe_rewrite(connection, datetime.now(UTC))
            # If they cannot be removed, nothing is committed, and the command can be repeated.
            self._remove(paths)
        if not dry_run:
            sweep(self.spools)
            rewrite(self.warehouse)
        return done

    def _remove(self, paths: Iterable[str]) -> None:
        """Remove fetched files. Raises NoFolder if it is not known where they are."""
        for path in paths:
            if self.files is None:
                raise NoFolder(
                    "FRESHDESK_FILES is off, and the person has files that were fetched: set it to the folder"
                    " in which they are. Nothing was changed"
                )
            try:
                (self.files / path).unlink(missing_ok=True)
            except OSError as error:
                raise WarehouseError(
                    f"{self.files / path} cannot be removed ({error.strerror}), and nothing was changed: mend"
                    " its rights, and run again"
                ) from error

    def _forget(
        self, connection: Connection, hasher: Hasher, moment: datetime
    ) -> tuple[Forgetting, list[str]]:
        marker, person = Marker(hasher, set()), Person()
        owned = self._rows(connection, hasher, person)
        marks = self._marks(connection, marker, person, owned)
        marker.marks.update(marks)
        nothing = Policy(default=Treatment.DROP)
        paths, people, rows, others = list[str](), 0, 0, 0

        def masked(text: bytes) -> bytes:
            return marker.masked(text.decode(errors="replace")).encode()

        patterns = person.patterns

        for table in self.catalog.whole:
            if (mine := owned.get(table.name)) is None:
                continue
            actions = Treatments(table, self.catalog.whole.children, nothing, None).stored()
            count, named = blank_and_mask(
                connection, mine, self.catalog.whole, actions, patterns, masked, moment
            )
            people, rows = (people + count, rows) if table.people else (people, rows + count)
            others += named
            paths += forget_files(connection, mine)
        drop_rejected(connection, patterns, owned.values())
        for child in self.catalog.whole.children:
            if child.parent in owned:
                derive(connection, child, self.catalog.whole[child.parent])
        drop_kept(connection)
        record_marks(connection, marks, moment)
        done = Forgetting(people=people, owned=rows, others=others, files=len(paths))
        record_forgetting(connection, done, moment)
        return done, paths

    def _rows(self, connection: Connection, hasher: Hasher, person: Person) -> dict[str, Owned]:
        """By table that is stored, which rows are the person's; and the texts in clear that name them."""
        there, owned = stored_tables(connection), dict[str, Owned]()
        if self.email:
            person.texts.add(self.email)
            person.hashes.add(hasher(normal(self.email)))
        # Parents come before what is a part of them, but persons may come after.
        for table in sorted(self.catalog.whole, key=lambda each: not each.people):
            if table.name not in there:
                continue
            if table.people:
                mine = note_owned(connection, table, list(self._is_person(table, hasher)))
                self._learn(connection, mine, person)
            else:
                owners = owners_of(table, self.catalog.whole)
                mine = note_owned(connection, table, list(_is_theirs(owners.by, owned)))
            owned[table.name] = mine
        return owned

    def _is_person(self, table: Table, hasher: Hasher) -> Iterator[str]:
        if self.contact is not None:
            yield f"{table.key[0]} = {int(self.contact)}"
        if self.email:
            plain = normal(self.email)
            for column in telling(table):
                yield named_in(column, [plain, hasher(plain)])

    def _learn(self, connection: Connection, mine: Owned, person: Person) -> None:
        table = mine.table
        for text in texts_of(connection, mine, telling(table)):
            person.texts |= {each for each in _strings(json.loads(text)) if not HASHED.search(each)}
        for text in texts_of(connection, mine, [table.column(table.people)]):
            person.names |= {each for each in _strings(json.loads(text)) if not HASHED.search(each)}
        lone = [column for column in telling(table) if column.type is Type.VARCHAR]
        person.hashes |= {each for each in alone(connection, mine, lone) if HASHED.fullmatch(each)}

    def _marks(
        self, connection: Connection, marker: Marker, person: Person, owned: dict[str, Owned]
    ) -> list[Mark]:
        found = person.marks(marker)
        for table, mine in owned.items():
            found |= {marker.of(ROW, row_name(table, key)) for key in keys_of(connection, mine)}
        if self.contact is not None:
            found |= {
                marker.of(ROW, row_name(table.name, [self.contact]))
                for table in self.catalog.whole
                if table.people
            }
        return sorted(found)


def _is_theirs(by: Iterable[tuple[Column, str]], owned: dict[str, Owned]) -> Iterator[str]:
    for column, named in by:
        if mine := owned.get(named):
            yield f"{column.name} in (select {mine.table.key[0]} from temp.{mine.name})"


def _strings(value: Any) -> Iterator[str]:
    """The strings in a JSON value."""
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _strings(each)
        case dict():
            for each in value.values():
                yield from _strings(each)
