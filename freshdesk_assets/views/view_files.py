"""From a SQL file to a view: its header says what the columns mean, its SQL what it reads."""

import re
from collections.abc import Iterable
from pathlib import Path

from freshdesk_assets.schema.catalog import SourceLine
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.view import Family, Kept, KindViews, SqlView, ViewColumn

COLUMN = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<family>\*?):\s+(?P<doc>.+)")
REFERENCE = re.compile(r"\s*->\s*([a-z_]+(?:\.[A-Za-z_]+){1,2})$")
SOURCE = re.compile(r"\s*<-\s*([a-z_]+)$")
KINDS = re.compile(
    r"(?P<said>Each (?P<by>[a-z_]+) has a view (?P<prefix>[a-z_]+)\*, with a column for each field in"
    r" (?P<values>[a-z_]+)\.)\s*<-\s*(?P<child>[a-z_]+)"
)
KEPT = re.compile(r"Kept as a table(?:, by ([a-z_]+))?\.")


def read_view(file: Path, reads: Iterable[tuple[str, str]] | None = None) -> SqlView:
    """The view a file declares; raises DeclarationError with what is wrong in it.

    The header is the comment at the top of the file: what a row is, a blank line, then a line per column,
    `name: What it means. -> table.column`.

    - A line that begins with more blanks continues the line before.
    - A name that ends in `*` stands for the columns made of a child table's rows: `cf_*: … <- child_table`.
    - A paragraph `Kept as a table.`, or `Kept as a table, by ticket_id.`, above the columns makes a table of
      it, which is brought up to date with each run that changed rows: see `Kept`.
    - A paragraph `Each kind_id has a view kind_*, with a column for each field in data. <- child_table` there
      puts views beside it that the account's kinds of rows decide: see `KindViews`.

    `reads` are the tables its SQL names, if they are known already.
    """
    text = file.read_text(encoding="utf-8")
    header, sql, first = _split(text)
    where = f"{file.parent.name}/{file.name}"
    paragraphs = "\n".join(header).split("\n\n")
    if len(paragraphs) < 2:
        raise DeclarationError(
            f"view {where}: its header does not document its columns; add a blank comment line, then a line"
            " `column: What it means.` for each"
        )
    above = [" ".join(paragraph.split()) for paragraph in paragraphs[:-1]]
    kept = next((match for each in above if (match := KEPT.fullmatch(each))), None)
    kinds = next((match for each in above if (match := KINDS.fullmatch(each))), None)
    doc = "\n\n".join(match["said"] if (match := KINDS.fullmatch(each)) else each for each in above)
    columns: list[ViewColumn] = []
    family: Family | None = None
    for line in _joined(paragraphs[-1].splitlines()):
        match = COLUMN.fullmatch(line)
        if match is None:
            raise DeclarationError(
                f"view {where}: the line {line!r} must be of the form `column: What it means.`"
            )
        if match["family"]:
            child = SOURCE.search(match["doc"])
            if child is None:
                raise DeclarationError(
                    f"view {where}: the line of {match['name']}* must end with `<- child_table`"
                )
            family = Family(prefix=match["name"], child=child[1], doc=SOURCE.sub("", match["doc"]))
            continue
        reference = REFERENCE.search(match["doc"])
        columns.append(
            ViewColumn(
                name=match["name"],
                doc=REFERENCE.sub("", match["doc"]),
                references=reference[1] if reference else "",
            )
        )
    for column in columns:
        if not column.doc.endswith("."):
            raise DeclarationError(
                f"view {where}: the description of {column.name} must end with a full stop"
            )
    if kept and kept[1] and kept[1] not in {column.name for column in columns}:
        raise DeclarationError(f"view {where}: it is kept by {kept[1]}, which is not a column of it")
    if kept and kept[1] and not next(column.references for column in columns if column.name == kept[1]):
        raise DeclarationError(
            f"view {where}: it is kept by {kept[1]}, whose line must end with what it means, `-> table.id`"
        )
    if kept and family:
        raise DeclarationError(f"view {where}: columns that depend on the account cannot be kept as a table")
    for name in (kinds["by"], kinds["values"]) if kinds else ():
        if name not in {column.name for column in columns}:
            raise DeclarationError(f"view {where}: its kinds are told by {name}, which is not a column of it")
    return SqlView(
        schema=file.parent.name,
        name=file.stem,
        doc=doc,
        columns=tuple(columns),
        family=family,
        sql=sql,
        reads=_reads(sql, where, first) if reads is None else frozenset(reads),
        place=SourceLine(file, first),
        kept=Kept(kept[1] or "") if kept else None,
        kinds=KindViews(**{name: kinds[name] for name in ("by", "prefix", "values", "child")})
        if kinds
        else None,
    )


def read_schema(folder: Path) -> str:
    """What the views in a folder are for: the sentence in its README.md; DeclarationError without one."""
    file = folder / "README.md"
    said = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    if not said.endswith(".") or "\n" in said:
        raise DeclarationError(
            f"schema {folder.name}: nothing says what its views are for; write one line that does, with a"
            f" full stop, into freshdesk_assets/views/{folder.name}/README.md"
        )
    return said


def _split(text: str) -> tuple[list[str], str, int]:
    """The lines of the header without their dashes, the SQL below it, and the line that the SQL begins on."""
    lines = text.splitlines()
    length = next((at for at, line in enumerate(lines) if not line.startswith("--")), len(lines))
    first = next((at for at, line in enumerate(lines) if at >= length and line.strip()), length)
    sql = "\n".join(lines[first:]).strip().rstrip(";")
    return [line[2:].removeprefix(" ") for line in lines[:length]], sql, first + 1


def _joined(lines: list[str]) -> list[str]:
    joined: list[str] = []
    for line in lines:
        if line.startswith(" ") and joined:
            joined[-1] += " " + line.strip()
        else:
            joined.append(line)
    return joined


def _reads(sql: str, where: str, line: int) -> frozenset[tuple[str, str]]:
    # Imported here, because importing it costs a process 0.2 s.
    from freshdesk_assets.views.tracing import parse, tables_in

    return tables_in(parse(sql, f"view {where}", line), f"view {where}")
