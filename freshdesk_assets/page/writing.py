"""From the published copy to the page beside it: every chart's rows, put in its place in one step."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from shutil import copymode
from typing import Any

from freshdesk_assets.page.charts import FOLDER, OF_GROUP, Chart, charts_of
from freshdesk_assets.page.document import MADE_OF, PARTS, document
from freshdesk_assets.page.rows import Labels, rows_of, why
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.warehouse.asking import QueryError, ask, listed, reading
from freshdesk_assets.warehouse.asking_lake import hushed, reading_lake
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.file import Connection, WarehouseError, resolved

KINDS = ("*.sql", "*.vl.json")
"""The files of a chart."""

METRICS, MOMENT = "metrics", "clock"
"""The schema that the page is made of, and the view in it that says as of when."""

CLOCK, MOMENTS = "page_clock", ("as_of", "zone", "today", "since")
"""The table that is made before the others, and its columns, each a variable too."""

HEAD = 4096
"""Characters of a page among which is what it was made of."""


class NoMetrics(WarehouseError):
    """The copy has nothing that a page could be made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the owner decides: names of agents and companies or none, and a folder of further charts."""

    names: bool = False
    own: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The result: whether a page was made `anew`, its size, its charts, and those that could not be made."""

    anew: bool
    bytes: int
    charts: int
    wrong: Mapping[str, str]


def write_page(
    copy: Path | Lake,
    target: Path,
    options: Options,
    *,
    lock_wait: float = 60.0,
    encryption: Encryption | None = None,
) -> Written:
    """Write the page of this copy, or lake, to `target`, unless the one there was made of just the same.

    A chart whose query is wrong is left out, and the page says why in its place. Raises WarehouseError when
    the copy cannot be read or the page not be written, DeclarationError for a chart's wrong file; the page
    of before then stays in place. Raises NoMetrics for a copy without schema metrics: no run has made it, as
    where only contacts were read.
    """
    target = resolved(target)
    charts = charts_of(options.own)
    asked = (
        reading_lake(copy)
        if isinstance(copy, Lake)
        else reading(copy, lock_wait=lock_wait, encryption=encryption)
    )
    with asked as connection:
        if not any(each.name == MOMENT for each in listed(connection, METRICS)):
            raise NoMetrics("no page is written yet: the copy has no metrics, for no run has made them")
        made_of = _fingerprint(connection, options)
        if made_of and made_of == _made_of(target):
            if not isinstance(copy, Lake):
                with suppress(OSError):
                    copymode(copy, target)
            return Written(anew=False, bytes=target.stat().st_size, charts=len(charts), wrong={})
        lakes = [copy] if isinstance(copy, Lake) else []
        html, wrong = _page(connection, charts, options, made_of, lakes)
    with _explained(target):
        _place(html.encode(), target, like=None if isinstance(copy, Lake) else resolved(copy))
    return Written(anew=True, bytes=target.stat().st_size, charts=len(charts) - len(wrong), wrong=wrong)


def made_by(options: Options) -> str:
    """A fingerprint of what a page is made by beside the copy: this room, the options, own charts."""
    made = sha256(repr(options).encode())
    folders = [FOLDER, *([options.own] if options.own else [])]
    files = [file for folder in folders for kind in KINDS for file in sorted(folder.glob(kind))]
    for file in (*files, *PARTS, *sorted(FOLDER.glob("*.py"))):
        with suppress(OSError):
            made.update(f"{file.name}\n".encode() + file.read_bytes())
    return made.hexdigest()


def prepare(connection: Connection) -> None:
    """Make the tables that charts share, and a variable of each column of the first, such as `page_today`."""
    _asked(connection, CLOCK, f"create temp table {CLOCK} as ")
    for column in MOMENTS:
        ask(connection, f"set variable page_{column} = (select {column} from {CLOCK})")
    for file in sorted(FOLDER.glob("page_*.sql")):
        if file.stem != CLOCK:
            _asked(connection, file.stem, f"create temp table {file.stem} as ")


def _page(
    connection: Connection, charts: list[Chart], options: Options, made_of: str, lakes: list[Lake]
) -> tuple[str, Mapping[str, str]]:
    """The page as HTML, and why charts are missing in it."""
    prepare(connection)
    heading = _asked(connection, "heading")[0]
    agents = {each["id"]: each["name"] for each in _asked(connection, "agents")}
    names = _asked(connection, "companies") if options.names else []
    labels = Labels(
        agents={
            agent: (name if options.names and name else f"Agent {place}")
            for place, (agent, name) in enumerate(agents.items(), 1)
        },
        companies={each["id"]: each["name"] for each in names if each["name"]},
    )
    rows: dict[str, Mapping[str, Any]] = {}
    wrong: dict[str, str] = {}
    for chart in charts:
        try:
            with hushed(*lakes):
                rows[chart.name] = rows_of(connection, chart, labels)
        except (QueryError, DeclarationError) as error:
            wrong[chart.name] = f"This could not be made: {why(error)}"
    groups = {name for columns in rows.values() for name in columns.get(OF_GROUP, {}).get("list", ())}
    data = {
        "host": heading["host"],
        "groups": sorted(groups, key=str.casefold),
        "charts": [
            {
                "name": chart.name,
                "title": chart.title,
                "doc": chart.doc,
                "form": chart.form,
                "columns": [
                    {"name": each.name, "label": each.label, "kind": each.kind} for each in chart.columns
                ],
                "spec": chart.spec,
                "rows": rows[chart.name],
            }
            for chart in charts
            if chart.name in rows
        ],
    }
    shown = [(chart, wrong.get(chart.name)) for chart in charts]
    return document(heading=heading, shown=shown, data=data, made_of=made_of), wrong


def _asked(connection: Connection, name: str, into: str = "") -> list[Mapping[str, Any]]:
    """The rows of a SQL file that is no chart; `into` a table, which then has them."""
    try:
        columns, rows = ask(connection, into + (FOLDER / f"{name}.sql").read_text(encoding="utf-8"))
        return [dict(zip(columns, row, strict=True)) for row in rows]
    except QueryError as error:
        raise WarehouseError(
            f"the page was not written, because the copy lacks what page/{name}.sql asks for ({why(error)}):"
            " materialize all assets once"
        ) from None


def _fingerprint(connection: Connection, options: Options) -> str:
    """What a page of this copy is made of; empty if the copy does not say what it is."""
    try:
        _, rows = ask(connection, "select fingerprint from freshdesk_meta.published")
        copies = list(rows)
    except QueryError:
        return ""
    return sha256(repr((copies, made_by(options))).encode()).hexdigest()


def _made_of(target: Path) -> str | None:
    """What the page in place was made of; None if there is none, or it is another file."""
    with suppress(OSError, UnicodeDecodeError), target.open(encoding="utf-8") as file:
        if found := re.search(rf'<meta name="{MADE_OF}" content="([0-9a-f]+)">', file.read(HEAD)):
            return found[1]
    return None


def _place(content: bytes, target: Path, *, like: Path | None) -> None:
    """Put the file in its place in one step, to be read by whoever may read `like`, if that is a file."""
    made = target.with_name(f"{target.name}.{token_hex(4)}.unfinished")
    try:
        with made.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if like is not None:
            copymode(like, made)
        os.replace(made, target)
    finally:
        with suppress(OSError):
            made.unlink(missing_ok=True)


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WarehouseError(
            f"{target} could not be written, and is as it was: {error.strerror or error}; make room or change"
            " the folder's rights, or set FRESHDESK_PAGE"
        ) from error
