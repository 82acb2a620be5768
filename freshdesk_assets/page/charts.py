"""From files to charts: a SQL file says what is shown and of what, a Vega-Lite file how it is drawn."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from freshdesk_assets.schema.column import DeclarationError

FOLDER = Path(__file__).parent
NAME = re.compile(r"(?P<place>\d+)_(?P<name>[a-z0-9_]+)")
COLUMN = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?: \[(?P<kind>[a-z0-9]+)\])?: (?P<label>\S.*)")
SETTING = re.compile(r"(?P<what>shown as|width): (?P<value>[a-z]+)")

OF_GROUP = "of_group"
"""The column that says of which group a row is; null where it is of all groups together. It is not shown."""


Choice = TypeVar("Choice", bound=StrEnum)


class Form(StrEnum):
    """How a chart is shown: drawn by its specification, or without one."""

    CHART = "chart"
    TABLE = "table"
    TILES = "tiles"


class Width(StrEnum):
    """Which part of the page's width a chart takes."""

    FULL = "full"
    HALF = "half"


class Kind(StrEnum):
    """How the values of a column are written."""

    PLAIN = "plain"
    AGENT = "agent"
    BAR = "bar"
    CHANGE = "change"
    COMPANY = "company"
    DUE = "due"
    HOURS = "hours"
    SHARE = "share"
    TICKET = "ticket"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownColumn:
    """A column of a chart's rows: its name in the SQL, what stands above it, how values are written."""

    name: str
    label: str
    kind: Kind = Kind.PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What one SQL file, and the specification beside it, put on the page.

    - `place`: where it stands, from the top; `name`: its file's name.
    - `columns`: those of the SQL, in its order, without `of_group`.
    - `spec`: its Vega-Lite specification, without data; None for a table and for tiles.
    """

    place: int
    name: str
    title: str
    doc: str
    columns: tuple[ShownColumn, ...]
    form: Form
    width: Width
    sql: str
    spec: Mapping[str, Any] | None = None


def charts_of(own: Path | None = None) -> list[Chart]:
    """The charts of the page in their order; those of the folder `own` stand among ours.

    A file there replaces ours of the same name. Raises DeclarationError with what is wrong in a file.
    """
    found = {chart.name: chart for chart in read_folder(FOLDER)}
    if own is not None:
        if not own.is_dir():
            raise DeclarationError(f"{own} is not a folder: create it, or set FRESHDESK_PAGE_CHARTS")
        found |= {chart.name: chart for chart in read_folder(own)}
    return sorted(found.values(), key=lambda chart: (chart.place, chart.name))


def read_folder(folder: Path) -> Iterator[Chart]:
    """The charts of a folder: of each file whose name is `<number>_<name>.sql`."""
    for file in sorted(folder.glob("*.sql")):
        if NAME.fullmatch(file.stem):
            yield read_chart(file)


def read_chart(file: Path) -> Chart:
    """The chart of a SQL file; raises DeclarationError with what is wrong in it.

    The comment at its top has paragraphs, with blank comment lines between: the title, what it shows, then
    `shown as: …` and `width: …` where they are not `chart` and `full`, and last a line for each column,
    `name [kind]: Label`.
    """
    named = NAME.fullmatch(file.stem)
    if named is None:
        raise DeclarationError(f"{file}: its name is not <number>_<name>.sql")
    text = file.read_text(encoding="utf-8")
    lines = text.splitlines()
    length = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    header = "\n".join(line[2:].removeprefix(" ") for line in lines[:length])
    parts = [part.strip("\n") for part in re.split(r"\n\s*\n", header) if part.strip()]
    if len(parts) < 3:
        raise DeclarationError(
            f"{file}: the comment at its top must have a title, a paragraph that says what is shown, and a"
            " line for each column, with blank comment lines between"
        )
    title, *said, columns = parts
    settings = _settings(said[-1].splitlines()) if SETTING.fullmatch(said[-1].splitlines()[0]) else {}
    if settings:
        said.pop()
    spec = file.with_suffix(".vl.json")
    form = _chosen(file, Form, settings, "shown as", Form.CHART if spec.exists() else Form.TABLE)
    if (form is Form.CHART) is not spec.exists():
        raise DeclarationError(
            f"{file}: a chart needs {spec.name} beside it; a table and tiles (`shown as: …`) have none"
        )
    return Chart(
        place=int(named["place"]),
        name=file.stem,
        title=" ".join(title.split()),
        doc=" ".join(" ".join(said).split()),
        columns=tuple(_column(line, file) for line in columns.splitlines()),
        form=form,
        width=_chosen(file, Width, settings, "width", Width.FULL),
        sql="\n".join(lines[length:]).strip().rstrip(";"),
        spec=_spec(spec) if spec.exists() else None,
    )


def _settings(lines: list[str]) -> Mapping[str, str]:
    found = (SETTING.fullmatch(line.strip()) for line in lines)
    return {match["what"]: match["value"] for match in found if match}


def _chosen(file: Path, of: type[Choice], settings: Mapping[str, str], what: str, usual: Choice) -> Choice:
    value = settings.get(what, usual)
    if value not in list(of):
        raise DeclarationError(f"{file}: `{what}: {value}` is none of {', '.join(of)}")
    return of(value)


def _column(line: str, file: Path) -> ShownColumn:
    match = COLUMN.fullmatch(line.strip())
    kinds = list(Kind)
    if match is None or (match["kind"] or Kind.PLAIN) not in kinds:
        raise DeclarationError(
            f"{file}: the line {line!r} must be of the form `column: Label` or `column [kind]: Label`, with"
            f" one of the kinds {', '.join(kinds)}"
        )
    return ShownColumn(name=match["name"], label=match["label"], kind=Kind(match["kind"] or Kind.PLAIN))


def _spec(file: Path) -> Mapping[str, Any]:
    try:
        spec = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DeclarationError(f"{file}: it is not JSON: {error}") from error
    if not isinstance(spec, dict) or "data" in spec:
        raise DeclarationError(f"{file}: it must be a JSON object without `data`: the page puts the rows in")
    return spec
