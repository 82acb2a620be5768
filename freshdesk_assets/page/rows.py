"""From a chart's SQL to its rows as the page holds them: by column, each distinct text and day once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from freshdesk_assets.page.charts import OF_GROUP, Chart, Kind, ShownColumn
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.warehouse.asking import QueryError, ask
from freshdesk_assets.warehouse.file import Connection

DIGITS = 6
"""Significant digits of a number that is no count: more than any chart shows."""

MOST = 200_000
"""Rows of a chart: more make a file that no browser opens in good time."""

SPEAKING = ("BinderException", "CatalogException", "ParserException", "SyntaxException")
"""DuckDB's errors that quote the query and never a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What stands for an agent's and a company's id."""

    agents: Mapping[int, str]
    companies: Mapping[int, str]

    def of(self, kind: Kind, value: object) -> object:
        """A value as it is shown: ids of agents and companies by their labels."""
        if value is None or kind not in (Kind.AGENT, Kind.COMPANY):
            return value
        known = self.agents if kind is Kind.AGENT else self.companies
        return known.get(int(str(value)), f"{kind.title()} {value}")


def rows_of(connection: Connection, chart: Chart, labels: Labels) -> Mapping[str, Any]:
    """The chart's rows, by column; raises DeclarationError if they are not those it says it has."""
    names, found = ask(connection, chart.sql)
    expected = [column.name for column in chart.columns]
    if [name for name in names if name != OF_GROUP] != expected:
        raise DeclarationError(
            f"{chart.name}.sql documents the columns {', '.join(expected)}; its query has {', '.join(names)}"
        )
    rows = []
    for row in found:
        rows.append(row)
        if len(rows) > MOST:
            raise DeclarationError(f"{chart.name}.sql has over {MOST} rows: let it count, or show fewer")
    shown = {column.name: column for column in chart.columns}
    given = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return {name: _column(values, shown.get(name), labels) for name, values in zip(names, given, strict=True)}


def why(error: QueryError | DeclarationError) -> str:
    """What went wrong with a chart, without a value of any row."""
    if isinstance(error, DeclarationError):
        return str(error)
    kind = type(error.__cause__).__name__
    return str(error).partition("\n")[0] if kind in SPEAKING else f"its query fails: {kind}"


def _column(values: Iterable[object], column: ShownColumn | None, labels: Labels) -> Mapping[str, Any]:
    """The values of a column; texts and days always as places in a list of the distinct ones."""
    kind = column.kind if column else Kind.PLAIN
    given = [str(value) if isinstance(value, list | dict) else value for value in values]
    # Few values are distinct, of many rows.
    plain = {value: _plain(labels.of(kind, value)) for value in set(given)}
    days = any(isinstance(value, date) for value in plain.values())
    if days or any(isinstance(value, str) for value in plain.values()):
        said = {value: None if shown is None else str(shown) for value, shown in plain.items()}
        return {"of": "day" if days else "text", **_listed([said[value] for value in given])}
    if len(plain) * 3 < len(given):
        return {"of": "number", **_listed([plain[value] for value in given])}
    return {"of": "number", "values": [plain[value] for value in given]}


def _listed(values: Sequence[object]) -> Mapping[str, Any]:
    places: dict[object, int] = {}
    at = [-1 if value is None else places.setdefault(value, len(places)) for value in values]
    return {"list": list(places), "at": at}


def _plain(value: object) -> object:
    """A value that JSON has."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return float(f"{value:.{DIGITS}g}") if value == value and abs(value) < float("inf") else None
        case Decimal():
            return float(value)
        case datetime():
            return f"{(value.astimezone(UTC) if value.tzinfo else value):%Y-%m-%d %H:%M}"
        case date():
            return value
        case _:
            return str(value)
