"""From the Markdown files of the repository, new ones included, to their examples and links."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md")])

CHANGELOG, CONTRIBUTING, README = (ROOT / f"{name}.md" for name in ("CHANGELOG", "CONTRIBUTING", "README"))

MAY_BE_EMPTY = "<!-- may return no row -->"
"""The line above an SQL example that finds something in some accounts only."""

FENCE = re.compile(r"( *)(```+)(\S*)")
LINK = re.compile(r"\]\(([^)\s]+)\)")
INDENTED = re.compile(r" {4,}\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A fenced block of a page: where it begins, its language, and its text without the fence's indent."""

    page: Path
    line: int
    language: str
    text: str
    may_be_empty: bool

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def examples(page: Path, *languages: str) -> Iterator[Example]:
    """The fenced blocks of a page, of some languages or of all."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for start, end, fence in _fences(lines):
        before = lines[start - 1].strip() if start else ""
        if not languages or fence[3] in languages:
            yield Example(
                page=page,
                line=start + 1,
                language=fence[3],
                text="\n".join(line.removeprefix(fence[1]) for line in lines[start + 1 : end]),
                may_be_empty=before == MAY_BE_EMPTY,
            )


def prose(page: Path) -> list[str]:
    """The lines of a page, those inside fences empty."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for start, end, _ in _fences(lines):
        lines[start : end + 1] = [""] * (end + 1 - start)
    return lines


def unfenced(page: Path) -> list[int]:
    """The lines where an indented code block without a fence begins: no test would find its code."""
    lines = ["", *prose(page)]
    return [
        number
        for number, (before, line) in enumerate(pairwise(lines), start=1)
        if not before.strip() and INDENTED.match(line)
    ]


def links(page: Path) -> list[str]:
    """The targets of a page's links inside the repository."""
    found = [target for line in prose(page) for target in LINK.findall(line)]
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", "\n".join(prose(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).lower().replace(" ", "-") for title in titles}


def _fences(lines: list[str]) -> Iterator[tuple[int, int, re.Match[str]]]:
    """First and last line of each fenced block, with the match of its first."""
    opened: tuple[int, re.Match[str]] | None = None
    for number, line in enumerate(lines):
        found = FENCE.match(line)
        if opened is None and found:
            opened = number, found
        elif opened is not None and line.strip() == opened[1][2]:
            yield opened[0], number, opened[1]
            opened = None
