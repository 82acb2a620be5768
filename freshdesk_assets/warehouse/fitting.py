"""From a row as it was sent to a row that the declared types can hold, and what they cannot.

Most rows fit: a decoder made from the declaration says so in a microsecond, and DuckDB reads the very
bytes that were received. The others are taken apart here; what does not fit goes to `_extra`.
"""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec

from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import Table

EXTRA = "_extra"

type_of: dict[Type, Any] = {
    Type.BIGINT: Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)],
    Type.INTEGER: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)],
    Type.BOOLEAN: bool,
    Type.DOUBLE: float,
    Type.VARCHAR: str,
    Type.TIMESTAMPTZ: datetime,
    Type.DATE: date,
    Type.BIGINTS: list[Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]],
    Type.VARCHARS: list[str],
}


class Fitter:
    """Tells the rows of one table that fit from the odd ones, and makes the odd ones fit."""

    def __init__(self, table: Table) -> None:
        self._tree = payload_tree(table)
        self._decoder = msgspec.json.Decoder(_struct(self._tree))

    def fits(self, row: bytes) -> bool:
        """Whether every key is declared and every value is of its declared type."""
        try:
            self._decoder.decode(row)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        return True

    def fit(self, row: bytes) -> bytes:
        """The row with only what fits, and the rest verbatim under `_extra` by its dotted place.

        Raises ValueError when the bytes are not a JSON object.
        """
        extra: dict[str, Any] = {}

        def last_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
            """Of a key sent twice the last counts; the earlier values are kept aside."""
            found: dict[str, Any] = {}
            for key, value in pairs:
                if key in found and found[key] != value:
                    extra.setdefault(f"{key} (sent twice)", []).append(found[key])
                found[key] = value
            return found

        payload = json.loads(row.decode("utf-8", errors="surrogateescape"), object_pairs_hook=last_of)
        if not isinstance(payload, dict):
            raise ValueError("a row is a JSON object")
        fitted = _fitted(payload, self._tree, (), extra)
        if extra:
            fitted[EXTRA] = extra
        return _encoded(fitted)


def payload_tree(table: Table) -> dict[str, Any]:
    """The declared payload: keys to columns, or to a tree of its own where columns lie inside an object."""
    tree: dict[str, Any] = {}
    for column in table.columns:
        *outer, last = column.steps
        branch = tree
        for step in outer:
            branch = branch.setdefault(step, {})
        branch[last] = column
    return tree


def _struct(tree: dict[str, Any]) -> type[msgspec.Struct]:
    """A decoder type for the tree; keys are renamed, for they need not be Python identifiers."""
    fields: list[tuple[str, Any, Any]] = []
    names: dict[str, str] = {}
    for position, (key, branch) in enumerate(tree.items()):
        name = f"f{position}"
        names[name] = key
        match branch:
            case Column(type=Type.JSON):
                fields.append((name, msgspec.Raw, msgspec.Raw(b"null")))
            case Column(type=type_):
                fields.append((name, type_of[type_] | None, None))
            case _:
                fields.append((name, _struct(branch) | None, None))
    return msgspec.defstruct("Row", fields, rename=names, forbid_unknown_fields=True, gc=False)


def _fitted(
    payload: dict[str, Any], tree: dict[str, Any], place: tuple[str, ...], extra: dict[str, Any]
) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in payload.items():
        here = (*place, key)
        branch = tree.get(key)
        if value is None and branch is not None:
            kept[key] = None
        elif isinstance(branch, Column):
            kept[key] = _value(branch.type, value)
            if kept[key] is None:
                extra[".".join(here)] = value
                if branch.type is Type.VARCHAR and isinstance(value, str):
                    kept[key] = "".join(c if _unbroken(c) else "\N{REPLACEMENT CHARACTER}" for c in value)
        elif isinstance(branch, dict) and isinstance(value, dict):
            kept[key] = _fitted(value, branch, here, extra)
        else:
            extra[".".join(here)] = value
    return kept


def _value(type_: Type, value: Any) -> Any:
    """The value in the column's type where that loses nothing, else None."""
    return CONVERSIONS[type_](value)


def _integer(bits: int) -> Callable[[Any], int | None]:
    def integer(value: Any) -> int | None:
        if isinstance(value, bool):
            return None
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, str) and value == value.strip() and value.removeprefix("-").isascii():
            digits = value.removeprefix("-")
            if digits.isdigit() and str(int(value)) == value:
                value = int(value)
        return value if isinstance(value, int) and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else None

    return integer


def _boolean(value: Any) -> bool | None:
    return (
        value
        if isinstance(value, bool)
        else {"true": True, "false": False}.get(str(value))
        if isinstance(value, str)
        else None
    )


def _double(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _varchar(value: Any) -> str | None:
    if isinstance(value, str):
        return value if _unbroken(value) else None
    return json.dumps(value) if isinstance(value, int | float) else None


def _timestamp(value: Any) -> str | None:
    """Read as UTC where no zone is given, as ticket forms send their times."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()


def _date(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat() if isinstance(value, str) else None
    except ValueError:
        return None


def _list_of(convert: Callable[[Any], Any]) -> Callable[[Any], list[Any] | None]:
    def converted(value: Any) -> list[Any] | None:
        if not isinstance(value, list):
            return None
        items = [None if item is None else convert(item) for item in value]
        lost = any(new is None and old is not None for new, old in zip(items, value, strict=True))
        return None if lost else items

    return converted


def _unbroken(value: str) -> bool:
    """Whether it is text: a lone surrogate is half a character, and no database stores it."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


CONVERSIONS: dict[Type, Callable[[Any], Any]] = {
    Type.BIGINT: _integer(64),
    Type.INTEGER: _integer(32),
    Type.BOOLEAN: _boolean,
    Type.DOUBLE: _double,
    Type.VARCHAR: _varchar,
    Type.TIMESTAMPTZ: _timestamp,
    Type.DATE: _date,
    Type.JSON: lambda value: value,
    Type.BIGINTS: _list_of(_integer(64)),
    Type.VARCHARS: _list_of(_varchar),
}


def _encoded(row: dict[str, Any]) -> bytes:
    """One line of JSON that DuckDB reads, half characters written out as their escape."""
    return json.dumps(_whole(row), ensure_ascii=True, allow_nan=False).encode()


def _whole(value: Any) -> Any:
    match value:
        case str() if not _unbroken(value):
            return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in value)
        case dict():
            return {_whole(key): _whole(item) for key, item in value.items()}
        case list():
            return [_whole(item) for item in value]
        case float() if value != value or value in (float("inf"), float("-inf")):
            return str(value)
        case _:
            return value
