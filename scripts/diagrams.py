"""From the catalog to entity-relationship diagrams in Mermaid: one per group of tables, and one of all."""

from collections.abc import Iterable, Mapping

from freshdesk_assets.schema.catalog import Catalog, Declared, cells, key_of
from freshdesk_assets.schema.column import Column, Type
from freshdesk_assets.schema.table import Table

TELLING = 4
"""How many columns are drawn beside keys and references; the dictionary has all."""

LISTS = (Type.BIGINTS, Type.VARCHARS)


def diagrams(catalog: Catalog, groups: Mapping[str, list[Table]]) -> str:
    """A chapter for each group, with the tables it refers to as bare boxes, and one for the whole."""
    parts = [
        "A line is a reference: many rows at the crow's foot refer to one, or through a list to several."
    ]
    for group, tables in groups.items():
        drawn: list[Declared] = []
        for table in tables:
            drawn += catalog.with_derived(table)
        parts.append(f"## {group}\n\n" + _diagram([*_boxes(drawn), *_lines(drawn)]))
    parts.append("## The whole\n\n" + _diagram(_lines(catalog.everything)))
    return "\n\n".join(parts)


def _diagram(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "erDiagram", *(f"    {line}" for line in lines), "```"])


def _boxes(drawn: Iterable[Declared]) -> list[str]:
    lines = []
    for each in drawn:
        lines.append(f"{each.name} {{")
        lines += [f"    {_type(column)} {column.name}{_mark(each, column)}" for column in _shown(each)]
        lines.append("}")
    return lines


def _shown(each: Declared) -> list[Column]:
    """Key and references, and the first of the other columns that hold no list or object."""
    columns = cells(each)
    linking = [column for column in columns if column.name in key_of(each) or column.targets]
    plain = [
        column for column in columns if column not in linking and column.type not in (Type.JSON, *LISTS)
    ][:TELLING]
    return [column for column in columns if column in linking or column in plain]


def _lines(drawn: Iterable[Declared]) -> list[str]:
    lines = []
    for each in drawn:
        for column in cells(each):
            for target, _ in column.targets:
                one = "}o" if column.type in LISTS else "|o"
                lines.append(f"{target} {one}--o{{ {each.name} : {column.name}")
    return lines


def _type(column: Column) -> str:
    """A type as Mermaid can read it: one word."""
    names = {Type.TIMESTAMPTZ: "timestamptz", Type.BIGINTS: "bigint_list", Type.VARCHARS: "varchar_list"}
    return names.get(column.type, str(column.type).lower())


def _mark(each: Declared, column: Column) -> str:
    marks = ["PK"] * (column.name in key_of(each)) + ["FK"] * bool(column.targets)
    return f" {', '.join(marks)}" if marks else ""
