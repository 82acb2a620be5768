"""From a value as it was sent to one that a column's type can hold, and whether that lost something."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from math import isfinite
from typing import Any

from freshdesk_assets.schema.column import Type
from freshdesk_assets.warehouse.landing.verbatim import Number, encoded, unbroken, whole

Converted = tuple[Any, bool]
"""The value as the column can hold it, None if it cannot, and whether nothing of it was lost."""

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
FINER = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")
"""The part of a second beyond microseconds, if there is one."""

NOT_AT_ALL: Converted = (None, False)


def convert(type_: Type, value: Any) -> Converted:
    """The value as a column of that type holds it."""
    return CONVERSIONS[type_](value)


def _integer(bits: int) -> Callable[[Any], Converted]:
    limit = 2 ** (bits - 1)

    def integer(value: Any) -> Converted:
        match value:
            case Number(text=text) if NUMBER.fullmatch(text):
                number = Decimal(text)
                # The magnitude first: 1e999999999 would be written out digit by digit.
                if number.adjusted() > 19 or number != number.to_integral_value():
                    return NOT_AT_ALL
                found = int(number)
            case str() if len(value) <= 20 and NUMBER.fullmatch(value) and value.removeprefix("-").isdigit():
                found = int(value)
            case _:
                return NOT_AT_ALL
        return (found, True) if -limit <= found < limit else NOT_AT_ALL

    return integer


def _boolean(value: Any) -> Converted:
    match value:
        case True | "true":
            return True, True
        case False | "false":
            return False, True
        case _:
            return NOT_AT_ALL


def _double(value: Any) -> Converted:
    match value:
        case Number(text=text) | str(text) if NUMBER.fullmatch(text):
            nearest = float(text)
            return (nearest, Decimal(repr(nearest)) == Decimal(text)) if isfinite(nearest) else NOT_AT_ALL
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
    if not isinstance(value, str):
        return NOT_AT_ALL
    try:
        moment = datetime.fromisoformat(value.upper())
    except ValueError:
        return NOT_AT_ALL
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(), not FINER.search(value)


def _date(value: Any) -> Converted:
    try:
        return (date.fromisoformat(value).isoformat(), True) if isinstance(value, str) else NOT_AT_ALL
    except ValueError:
        return NOT_AT_ALL


def _list_of(convert_item: Callable[[Any], Converted]) -> Callable[[Any], Converted]:
    def converted(value: Any) -> Converted:
        if not isinstance(value, list):
            return NOT_AT_ALL
        items = [(None, True) if item is None else convert_item(item) for item in value]
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
