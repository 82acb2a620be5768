"""From a value as it was sent to one that a column's type can hold, and whether that lost something.

What is only spelled in another way is converted: `"12"` and `12.0`, `"t"` and 1 for true, an empty text for
null, a single value for a list of one. What could mean something else is not.
"""

import re
from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

from freshdesk_assets.schema.column import Type
from freshdesk_assets.schema.times import moment_since_epoch, read_moment
from freshdesk_assets.warehouse.landing.verbatim import Number, encoded, unbroken, whole

Converted = tuple[Any, bool]
"""The value as the column can hold it, None if it cannot, and whether nothing of it was lost."""

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
FINER = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")
"""The part of a second beyond microseconds, if there is one."""

MIDNIGHT = time()

NOT_AT_ALL: Converted = (None, False)


NOTHING: Converted = (None, True)


def convert(type_: Type, value: Any) -> Converted:
    """The value as a column of that type holds it."""
    if isinstance(value, str) and not value.strip() and type_ not in (Type.VARCHAR, Type.JSON):
        return NOTHING
    return CONVERSIONS[type_](value)


def _integer(bits: int) -> Callable[[Any], Converted]:
    limit = 2 ** (bits - 1)

    def integer(value: Any) -> Converted:
        match value:
            case Number(text=text) | str(text) if NUMBER.fullmatch(text := text.strip()):
                number = _decimal(text)
                # The magnitude first: 1e999999999 would be written out digit by digit.
                if number is None or number.adjusted() > 19 or number != number.to_integral_value():
                    return NOT_AT_ALL
                found = int(number)
            case _:
                return NOT_AT_ALL
        return (found, True) if -limit <= found < limit else NOT_AT_ALL

    return integer


def _decimal(text: str) -> Decimal | None:
    """The number; None where its exponent is more than a decimal holds."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _boolean(value: Any) -> Converted:
    match value:
        case bool():
            return value, True
        case Number(text=text) | str(text) if (word := text.strip().lower()) in WORDS:
            return WORDS[word], True
        case _:
            return NOT_AT_ALL


WORDS = {
    **dict.fromkeys(("true", "t", "yes", "y", "on", "1"), True),
    **dict.fromkeys(("false", "f", "no", "n", "off", "0"), False),
}
"""How forms, databases and programs write true and false."""


def _double(value: Any) -> Converted:
    match value:
        case Number(text=text) | str(text) if NUMBER.fullmatch(text := text.strip()):
            nearest = float(text)
            return (nearest, Decimal(repr(nearest)) == _decimal(text)) if isfinite(nearest) else NOT_AT_ALL
        case _:
            return NOT_AT_ALL


def _varchar(value: Any) -> Converted:
    match value:
        case str():
            return whole(value, "\N{REPLACEMENT CHARACTER}"), unbroken(value)
        case Number(text=text):
            return text, True
        case bool():
            return encoded(value), True
        case _:
            return NOT_AT_ALL


def _timestamp(value: Any) -> Converted:
    """Read as UTC where no zone is given, as ticket forms send their times."""
    moment, exact = None, True
    match value:
        case str():
            moment, exact = read_moment(value), not FINER.search(value)
        case Number(text=text) if re.fullmatch(r"[0-9]{1,15}", text):
            moment = moment_since_epoch(int(text))
        case _:
            pass
    return (moment.isoformat(), exact) if moment else NOT_AT_ALL


def _date(value: Any) -> Converted:
    """A day, or the midnight that it begins with as the zone it was written in has it."""
    if not isinstance(value, str):
        return NOT_AT_ALL
    try:
        found = datetime.fromisoformat(value.strip().upper())
    except ValueError:
        return NOT_AT_ALL
    return (found.date().isoformat(), True) if found.time() == MIDNIGHT else NOT_AT_ALL


def _list_of(convert_item: Callable[[Any], Converted]) -> Callable[[Any], Converted]:
    def converted(value: Any) -> Converted:
        sent = value if isinstance(value, list) else [value]
        items = [NOTHING if item is None else convert_item(item) for item in sent]
        if any(held is None and not exact for held, exact in items):
            return NOT_AT_ALL
        return [held for held, _ in items], all(exact for _, exact in items)

    return converted


CONVERSIONS: dict[Type, Callable[[Any], Converted]] = {
    Type.BIGINT: _integer(64),
    Type.INTEGER: _integer(32),
    Type.BOOLEAN: _boolean,
    Type.DOUBLE: _double,
    Type.VARCHAR: _varchar,
    Type.TIMESTAMPTZ: _timestamp,
    Type.DATE: _date,
    Type.JSON: lambda value: (value, True),
    Type.BIGINTS: _list_of(_integer(64)),
    Type.VARCHARS: _list_of(_varchar),
}
