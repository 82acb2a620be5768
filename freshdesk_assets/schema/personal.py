"""From what the owner decided about personal data to how each column of a table is treated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import Table

TEXTS = (Type.VARCHAR, Type.VARCHARS, Type.JSON)
"""The types of columns whose values can be hashed or dropped."""


class Treatment(StrEnum):
    """What becomes of a value before it is written anywhere."""

    KEEP = "keep"
    HASH = "hash"
    DROP = "drop"


WORDS = {Treatment.KEEP: "kept", Treatment.HASH: "hashed", Treatment.DROP: "dropped"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How personal data is treated.

    - `default`: the treatment of columns marked `pii`, and of what no declaration knows.
    - `own_fields`: that of the account's own fields (`Column.own`); the default's if None.
    - `exceptions`: by `table`, `table.column`, or `table.column.field` for one of the account's own fields or
      a key of another JSON object. The most exact name counts. A table's holds for what is not declared too.
    """

    default: Treatment = Treatment.KEEP
    own_fields: Treatment | None = None
    exceptions: Mapping[str, Treatment] = field(default_factory=dict, hash=False)

    @property
    def keeps_all(self) -> bool:
        """Whether nothing is treated at all."""
        return {self.default, self.own_fields or self.default, *self.exceptions.values()} == {Treatment.KEEP}

    @property
    def said(self) -> dict[str, object]:
        """The policy as JSON; `read` reads it."""
        return {
            "default": str(self.default),
            "own_fields": str(self.own_fields or self.default),
            "exceptions": {name: str(treatment) for name, treatment in sorted(self.exceptions.items())},
        }

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Self:
        """A policy that was told as JSON."""
        return cls(
            default=Treatment(said["default"]),
            own_fields=Treatment(said["own_fields"]),
            exceptions={name: Treatment(treatment) for name, treatment in said["exceptions"].items()},
        )

    @property
    def in_words(self) -> str:
        """The policy as the end of a sentence."""
        told = f"it is {WORDS[self.default]}"
        if self.own_fields not in (None, self.default):
            told += f", the account's own fields are {WORDS[self.own_fields or self.default]}"
        if self.exceptions:
            told += f", with exceptions for {', '.join(sorted(self.exceptions))}"
        return told

    def of(self, table: str, column: Column, key: str = "") -> Treatment:
        """The treatment of a column, or of a key in its JSON object.

        Free text is dropped where other personal data is hashed: a hash of it would say nothing.
        """
        for name in (f"{table}.{column.name}.{key}", f"{table}.{column.name}", table):
            found = self.exceptions.get(name)
            # A table's exception is about its personal data, not about its other columns.
            if found is not None and (name != table or column.pii):
                break
        else:
            found = Treatment.KEEP if not column.pii else self.default
            if column.own and self.own_fields is not None:
                found = self.own_fields
        return Treatment.DROP if found is Treatment.HASH and column.prose else found

    def of_undeclared(self, table: str) -> Treatment:
        """The treatment of what a table's rows hold and no declaration knows."""
        return self.exceptions.get(table, self.default)

    def complaints(self, catalog: Catalog) -> Iterator[str]:
        """What is wrong with the exceptions, the rest of a sentence each; names of nothing above all."""
        tables = {declared.name: declared for declared in catalog.everything}
        for name, treatment in self.exceptions.items():
            table, _, rest = name.partition(".")
            column, _, key = rest.partition(".")
            if table not in tables:
                yield f"names {name!r}: there is no table {table}"
            elif not isinstance(whole := tables[table], Table):
                source = whole.parent if isinstance(whole, Child) else whole.table.name
                yield f"names {name!r}: {table} is made of {source}, and has what is kept of that: name that"
            elif column:
                yield from _of_column(whole, column, key, treatment, name)


def _of_column(table: Table, column: str, key: str, treatment: Treatment, name: str) -> Iterator[str]:
    found = next((each for each in table.columns if each.name == column), None)
    if found is None:
        yield f"names {name!r}: table {table.name} has no column {column}"
    elif key and found.type is not Type.JSON:
        yield f"names {name!r}: column {column} is no object with keys"
    elif treatment is Treatment.HASH and found.prose:
        yield f"names {name!r}: free text is kept or dropped, a hash of it would say nothing"
    elif treatment is not Treatment.KEEP and (found.type not in TEXTS or found.references):
        yield f"names {name!r}: column {column} is no text; only texts are hashed or dropped"
