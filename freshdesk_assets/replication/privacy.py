"""From the policy on personal data to what becomes of rows: those that come, and those that are stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from freshdesk_assets.extract.http.errors import ConfigurationError
from freshdesk_assets.personal.forgotten import Forgotten, owners_of
from freshdesk_assets.personal.hashing import Hasher
from freshdesk_assets.personal.naming import Marker
from freshdesk_assets.personal.rows import RowTreatment
from freshdesk_assets.personal.treatments import Treatments, on_text
from freshdesk_assets.personal.values import keep
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.personal import Policy
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.derived.treating import Stored, treat_stored
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.ledger.following import fingerprint
from freshdesk_assets.warehouse.ledger.personal import (
    Applied,
    applied,
    marks,
    owe_rewrite,
    record_applied,
    rewrite_owed,
)
from freshdesk_assets.warehouse.rewriting import rewrite
from freshdesk_assets.warehouse.shape import stored_tables


class AnotherKey(ConfigurationError):
    """The file's hashes were made with another key than the one that is set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """What the owner decided about personal data.

    `key`: what hashes and marks are made with; empty where there is none.
    """

    policy: Policy = field(default_factory=Policy)
    key: str = field(default="", repr=False)

    @property
    def hasher(self) -> Hasher | None:
        """Makes hashes and marks; None without a key."""
        return Hasher(self.key) if self.key else None

    def treatment(self, table: Table, catalog: Catalog, warehouse: Warehouse) -> RowTreatment | None:
        """What becomes of the rows of a table before they are written; None where all of them is kept."""
        forgotten = self._forgotten(table, catalog, warehouse) if self.key else None
        if self.policy.keeps_all and forgotten is None:
            return None
        return RowTreatment(table, catalog.children, self.policy, self.hasher, forgotten)

    def _forgotten(self, table: Table, catalog: Catalog, warehouse: Warehouse) -> Forgotten | None:
        if not warehouse.exists():
            return None
        with warehouse.open(checkpoint=False) as connection:
            known = marks(connection)
        return Forgotten(owners_of(table, catalog), Marker(Hasher(self.key), known)) if known else None

    def check_key(self, connection: Connection, name: str) -> None:
        """Raise AnotherKey for a key that the file's hashes and marks were not made with."""
        before, hasher = applied(connection), self.hasher
        if before is not None and before.key_mark and hasher and before.key_mark != hasher.fingerprint:
            raise AnotherKey(
                f"FRESHDESK_PII_KEY is not the key that the hashes and marks in {name} were made with, and"
                " nothing was read: set the former one, or begin a new file"
            )
        if hasher is None and marks(connection):
            raise AnotherKey(
                f"{name} knows persons who were forgotten, and nothing was read: without FRESHDESK_PII_KEY"
                " they would come back. Set it to the key with which they were forgotten"
            )

    def settle_key(self, connection: Connection, name: str) -> None:
        """Have the file know the key's fingerprint from now on. Raises AnotherKey."""
        self.check_key(connection, name)
        before = applied(connection) or Applied(policy=Policy().said, made_of="keep", key_mark=None)
        if before.key_mark is None and self.hasher is not None:
            record_applied(connection, replace(before, key_mark=self.hasher.fingerprint), datetime.now(UTC))

    def pending(self, connection: Connection, catalog: Catalog) -> Policy | None:
        """The policy by which what is stored was treated, if it is not that of now."""
        before = applied(connection)
        if before is None:
            return None if self.policy.keeps_all else Policy()
        return None if before.made_of == self._fingerprint(catalog.whole) else Policy.read(before.policy)

    def _now(self, connection: Connection, catalog: Catalog) -> Applied:
        """What is applied now; hashes of before stay those of their key, also while there is none."""
        hasher, before = self.hasher, applied(connection)
        return Applied(
            policy=self.policy.said,
            made_of=self._fingerprint(catalog.whole),
            key_mark=hasher.fingerprint if hasher else before.key_mark if before else None,
        )

    def _fingerprint(self, catalog: Catalog) -> str:
        """Of how each column is treated: a word in a description changes nothing."""
        treated = [
            (table.name, column.name, str(self.policy.of(table.name, column)))
            for table in catalog
            for column in table.columns
        ]
        treated += [
            (child.name, column.name, f"{column.path} {column.pii} {column.prose}")
            for child in catalog.children
            for column in child.columns
        ]
        return "keep" if self.policy.keeps_all else fingerprint((self.policy.said, treated))

    def apply(self, warehouse: Warehouse, catalog: Catalog, say: Callable[[str], None]) -> bool:
        """Treat all that is stored by the policy, if it is not yet; returns whether that was done.

        What was dropped or hashed before does not come back. The file is written anew, so that nothing of
        what was there is left in it; if that was not done when it was due, it is done now. Raises AnotherKey.
        """
        if not warehouse.exists() and self.policy.keeps_all:
            return False
        with warehouse.open(checkpoint=False) as connection:
            self.check_key(connection, warehouse.name)
            owed = rewrite_owed(connection)
            pending = self.pending(connection, catalog) is not None
        if pending:
            self._convert(warehouse, catalog, say)
        elif owed:
            say("What was deleted of persons is still in unused blocks of the file: it is written anew.")
            rewrite(warehouse)
        return pending

    def _convert(self, warehouse: Warehouse, catalog: Catalog, say: Callable[[str], None]) -> None:
        with warehouse.open(checkpoint=False) as connection:
            new = not stored_tables(connection)
            if not new:
                said = "What is stored is treated so now, and what goes does not come back."
                say(f"Personal data: from now on, {self.policy.in_words}. {said}")
            moment = datetime.now(UTC)
            counted = treat_stored(connection, catalog.whole, self._stored(catalog.whole), moment)
            record_applied(connection, self._now(connection, catalog), moment)
            if not new:
                owe_rewrite(connection, moment)
        if not new:
            rewrite(warehouse)
            total = sum(counted.values())
            say(f"Personal data: {total:,} values in {len(counted)} columns were hashed or dropped.")

    def _stored(self, catalog: Catalog) -> Iterator[Stored]:
        for table in catalog:
            treatments = Treatments(table, catalog.children, self.policy, self.hasher)
            if columns := treatments.stored():
                whole = RowTreatment(table, catalog.children, self.policy, self.hasher, None)
                other = None if treatments.undeclared is keep else on_text(treatments.undeclared)
                yield Stored(table=table, columns=columns, rejected=whole, other=other)
