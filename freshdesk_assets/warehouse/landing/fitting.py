"""From a row as it was sent to a row that the declared types can hold, and what they cannot.

Most rows fit: a decoder made from the declaration says so in a few microseconds, and DuckDB reads the
very bytes that were received. The others are taken apart here; what does not fit goes to `_extra`.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any

import msgspec

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.payload import payload_tree
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.landing.conversion import convert
from freshdesk_assets.warehouse.landing.verbatim import Object, TooDeep, encoded, parsed, shallow

EXTRA = "_extra"
VERBATIM = "_json"
"""Where an odd row carries its JSON columns, as text: DuckDB writes the numbers anew when it reads JSON as
JSON (0.1000000000000000055 becomes 0.1), but takes text over as it is."""

TAKEN_APART = b" "
"""The first byte of an odd row's line, and of no other: such a row must not be taken apart twice."""

AT_RISK = re.compile(r"(?:^|[\s\[,:])-?\d[\d.]*(?:[eE]|(?<=[\d.]{17}))")
"""A number in JSON that DuckDB may not write as it reads it: more digits than a double holds, or an exponent.
Now and then one is found inside a string, which costs no more than the slower way."""

PERHAPS_AT_RISK = re.compile(rb"\d[eE]|[\d.]{17}")
"""Matches wherever a number at risk is, in a quarter of the time, and in some other places."""

EXACT = re.compile(r"null|-?\d[\d.]{0,14}")
"""A number whose digits a double holds."""

FINER = re.compile(rb"\.\d{7}")
"""What may be a time finer than a microsecond, of which DuckDB drops the end."""

Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

type_of: dict[Type, Any] = {
    Type.BIGINT: Int64,
    Type.INTEGER: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)],
    Type.BOOLEAN: bool,
    Type.DOUBLE: msgspec.Raw,
    Type.VARCHAR: str,
    Type.TIMESTAMPTZ: datetime,
    Type.DATE: date,
    Type.JSON: msgspec.Raw,
    Type.BIGINTS: list[Int64],
    Type.VARCHARS: list[str],
}


class Fitter:
    """Tells the rows of one table that fit from the odd ones, and makes the odd ones fit."""

    def __init__(self, table: Table) -> None:
        self._tree = payload_tree(table)
        self._keys = tuple(table.column(name) for name in table.key)
        self._decoder = msgspec.json.Decoder(_struct(self._tree, table.key))
        self._raw = tuple(_raw_paths(self._tree))

    def fits(self, row: bytes) -> bool:
        """Whether every key is declared, every value of its declared type, and DuckDB reads it as it is."""
        try:
            decoded = self._decoder.decode(row)
            return not FINER.search(row) and all(_is_plain(decoded, *path) for path in self._raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False

    def fit(self, row: bytes) -> bytes:
        """The row with only what fits, and the rest verbatim under `_extra` by its dotted path.

        Raises ValueError when the bytes are not a JSON object or have no key.
        """
        text = row.decode("utf-8", errors="surrogateescape")
        try:
            return self._fit(parsed(text), {})
        except TooDeep:
            return self._fit(*shallow(text))

    def _fit(self, payload: Any, deep: dict[str, str]) -> bytes:
        """The row of that payload; `deep` are values of it that are kept as text."""
        if not isinstance(payload, Object):
            raise ValueError("it is no JSON object")
        parts = _Parts()
        fitted = parts.take(payload, self._tree, ())
        parts.extra.update({_dotted((key,)): value for key, value in deep.items()})
        for column in self._keys:
            if _at(fitted, column.steps) is None:
                raise ValueError(f"it has no {column.path}")
        if parts.verbatim:
            fitted[VERBATIM] = parts.verbatim
        if parts.extra:
            fitted[EXTRA] = encoded(parts.extra)
        return TAKEN_APART + _line(fitted).encode()


def merged_extra(stored: str | None, sent: str | None, settled: frozenset[str]) -> str | None:
    """What two replies about one row left over: by path, the later value; nothing for paths in `settled`.

    A reply that does not carry some columns must not remove what another reply said there. Nor must the two
    overwrite each other for ever.
    """
    if not stored:
        return sent
    both = {path: value for path, value in parsed(stored).pairs if path not in settled}
    if sent:
        both.update(parsed(sent).pairs)
    return encoded(both) if both else None


class _Parts:
    """What taking a row apart left over: `extra` by path, and JSON columns as text by name."""

    def __init__(self) -> None:
        self.extra: dict[str, Any] = {}
        self.verbatim: dict[str, str] = {}

    def take(self, payload: Object, tree: dict[str, Any], outer: tuple[str, ...]) -> dict[str, Any]:
        """The part of an object that fits its part of the tree."""
        kept: dict[str, Any] = {}
        for key, value in self._last_of(payload, outer).items():
            here = (*outer, key)
            branch = tree.get(key)
            if (value is None and branch is not None) or (value == "" and isinstance(branch, dict)):
                kept[key] = None
            elif isinstance(branch, Column) and branch.type is Type.JSON:
                self.verbatim[branch.name] = encoded(value)
            elif isinstance(branch, Column):
                kept[key], exact = convert(branch.type, value)
                if not exact:
                    self.extra[_dotted(here)] = value
            elif isinstance(branch, dict) and isinstance(value, Object):
                kept[key] = self.take(value, branch, here)
            else:
                self.extra[_dotted(here)] = value
        return kept

    def _last_of(self, payload: Object, outer: tuple[str, ...]) -> dict[str, Any]:
        """The values by key; of a key sent twice the last counts, and the earlier values go to `extra`."""
        found: dict[str, Any] = {}
        for key, value in payload.pairs:
            if key in found and encoded(found[key]) != encoded(value):
                self.extra.setdefault(f"{_dotted((*outer, key))} (sent twice)", []).append(found[key])
            found[key] = value
        return found


def _is_plain(decoded: Any, names: tuple[str, ...], type_: Type) -> bool:
    """Whether DuckDB keeps every digit of a value that the decoder did not look into."""
    for name in names:
        if (decoded := getattr(decoded, name)) is None:
            return True
    if type_ is Type.DOUBLE:
        return EXACT.fullmatch(str(decoded, "utf-8")) is not None
    return not PERHAPS_AT_RISK.search(decoded) or not AT_RISK.search(str(decoded, "utf-8"))


def _dotted(steps: tuple[str, ...]) -> str:
    """A dotted path; a step that could be taken for several, or for the remark `(sent twice)`, is quoted."""
    return ".".join(step if re.fullmatch(r'[^."()]+', step) else encoded(step) for step in steps)


_line = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _at(fitted: dict[str, Any], steps: tuple[str, ...]) -> Any:
    found: Any = fitted
    for step in steps:
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _struct(tree: dict[str, Any], keys: tuple[str, ...]) -> type[msgspec.Struct]:
    """A decoder type for the tree; its fields are numbered, for keys need not be Python identifiers.

    A row without its key does not decode.
    """
    fields: list[Any] = []
    names: dict[str, str] = {}
    for position, (key, branch) in enumerate(tree.items()):
        name = f"f{position}"
        names[name] = key
        match branch:
            case Column(name=column, type=type_) if column in keys:
                fields.append((name, type_of[type_]))
            case Column(type=Type.JSON | Type.DOUBLE):
                fields.append((name, msgspec.Raw, msgspec.Raw(b"null")))
            case Column(type=type_):
                fields.append((name, type_of[type_] | None, None))
            case _ if set(keys) & {column.name for column in _columns(branch)}:
                fields.append((name, _struct(branch, keys)))
            case _:
                fields.append((name, _struct(branch, keys) | None, None))
    return msgspec.defstruct("Row", fields, rename=names, forbid_unknown_fields=True, gc=False, kw_only=True)


def _columns(tree: dict[str, Any]) -> Iterator[Column]:
    for branch in tree.values():
        if isinstance(branch, Column):
            yield branch
        else:
            yield from _columns(branch)


def _raw_paths(tree: dict[str, Any], outer: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Type]]:
    """Where the decoder leaves a value unread, by its field names, and the value's type."""
    for position, branch in enumerate(tree.values()):
        names = (*outer, f"f{position}")
        if not isinstance(branch, Column):
            yield from _raw_paths(branch, names)
        elif branch.type in (Type.JSON, Type.DOUBLE):
            yield names, branch.type
