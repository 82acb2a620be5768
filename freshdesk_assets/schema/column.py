"""One column: its SQL type, where it is in the payload, and what it means.

The constructors at the end are the vocabulary of the declarations under `tables/`.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict, Unpack

NAME = re.compile(r"_?[a-z][a-z0-9_]*")


class DeclarationError(ValueError):
    """A declaration contradicts itself; mend the file it names."""


class Type(StrEnum):
    """The DuckDB types a column may have, spelled as DuckDB prints them."""

    BIGINT = "BIGINT"
    INTEGER = "INTEGER"
    BOOLEAN = "BOOLEAN"
    DOUBLE = "DOUBLE"
    VARCHAR = "VARCHAR"
    TIMESTAMPTZ = "TIMESTAMP WITH TIME ZONE"
    DATE = "DATE"
    JSON = "JSON"
    BIGINTS = "BIGINT[]"
    VARCHARS = "VARCHAR[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a replicated table.

    - `path`: the dotted path in the payload (`stats.resolved_at`), the column's own name by default.
    - `references`: the `table.column` that it refers to.
    - `also`: a second one, for ids that two tables share.
    - `accepted`: the only values that it is known to take.
    - `required`: whether every row has it.
    - `pii`: whether it may name or describe a person.
    - `prose`: it is personal data of which a hash would say nothing, free text or a link.
    - `own`: it holds the account's own fields by their names, which may be about persons or not.
    - `detail`: only the row's own call sends it, not the list.
    - `volatile`: it differs on each read, as signed URLs do. It is stored, but does not make a row count as
      changed.
    - `default`: the value of a flag where a reply has none. Without it, null means that it is not known.
    """

    name: str
    type: Type
    doc: str
    path: str = ""
    references: str = ""
    also: str = ""
    accepted: tuple[int | str, ...] = ()
    required: bool = False
    pii: bool = False
    prose: bool = False
    own: bool = False
    detail: bool = False
    volatile: bool = False
    default: bool | None = None

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise DeclarationError(f"column {self.name!r}: a name is lower case words joined by underscores")
        if not self.doc.endswith(".") or "\n" in self.doc or self.doc != self.doc.strip():
            raise DeclarationError(
                f"column {self.name}: its description is one line that ends in a full stop"
            )
        if self.doc.lower().startswith("this "):
            raise DeclarationError(f"column {self.name}: its description is a fragment, not 'This field ...'")
        for target in (self.references, self.also):
            if target and not re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*", target):
                raise DeclarationError(
                    f"column {self.name}: references {target!r}, which is not table.column"
                )
        if self.also and not self.references:
            raise DeclarationError(
                f"column {self.name}: it may also refer to {self.also}, but has no references"
            )
        if self.default is not None and (self.type is not Type.BOOLEAN or self.detail):
            why = "null says that it was not read yet" if self.detail else "only a flag has one"
            raise DeclarationError(f"column {self.name}: it has a default, but {why}")
        if self.prose or self.own:
            object.__setattr__(self, "pii", True)
        if not self.path:
            object.__setattr__(self, "path", self.name)
        if not all(self.path.split(".")):
            raise DeclarationError(f"column {self.name}: path {self.path!r} has an empty step")

    @property
    def steps(self) -> tuple[str, ...]:
        """The keys that lead to the value in the payload, outermost first."""
        return tuple(self.path.split("."))

    @property
    def targets(self) -> tuple[tuple[str, str], ...]:
        """The tables and columns it may refer to, the likeliest first."""
        return tuple(
            (table, column)
            for table, _, column in (
                target.partition(".") for target in (self.references, self.also) if target
            )
        )


class Traits(TypedDict, total=False):
    """What a column's constructor takes beside name and description; see `Column`."""

    path: str
    references: str
    also: str
    accepted: tuple[int | str, ...]
    required: bool
    pii: bool
    prose: bool
    own: bool
    detail: bool
    volatile: bool
    default: bool


def bigint(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A 64-bit integer: every Freshdesk id is one, some above 2^53."""
    return Column(name=name, type=Type.BIGINT, doc=doc, **traits)


def integer(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A small number or code."""
    return Column(name=name, type=Type.INTEGER, doc=doc, **traits)


def boolean(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """True or false."""
    return Column(name=name, type=Type.BOOLEAN, doc=doc, **traits)


def double(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A number with a fraction."""
    return Column(name=name, type=Type.DOUBLE, doc=doc, **traits)


def text(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A string; where Freshdesk sends a number instead, its digits."""
    return Column(name=name, type=Type.VARCHAR, doc=doc, **traits)


def timestamp(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A moment, stored in UTC."""
    return Column(name=name, type=Type.TIMESTAMPTZ, doc=doc, **traits)


def date(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A calendar day."""
    return Column(name=name, type=Type.DATE, doc=doc, **traits)


def json(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """Any JSON value, kept as it was sent."""
    return Column(name=name, type=Type.JSON, doc=doc, **traits)


def bigints(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A list of 64-bit integers."""
    return Column(name=name, type=Type.BIGINTS, doc=doc, **traits)


def texts(name: str, doc: str, **traits: Unpack[Traits]) -> Column:
    """A list of strings."""
    return Column(name=name, type=Type.VARCHARS, doc=doc, **traits)
