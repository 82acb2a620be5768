"""What a page says: its data as the script finds them, and what a browser without a network makes of it."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

CHROMIUM = next((found for name in ("chromium", "google-chrome") if (found := shutil.which(name))), None)
DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)
SECONDS = 120


def data_of(page: Path) -> Mapping[str, Any]:
    """The data in the page."""
    found = DATA.findall(page.read_text(encoding="utf-8"))
    assert len(found) == 1
    data: Mapping[str, Any] = json.loads(found[0])
    return data


def rows_in(data: Mapping[str, Any], chart: str) -> list[tuple[Any, ...]]:
    """The rows of a chart in the order of its SQL, with the columns that the file has, `of_group` too."""
    (found,) = (each["rows"] for each in data["charts"] if each["name"] == chart)
    columns = [
        column["values"]
        if "values" in column
        else [None if at < 0 else column["list"][at] for at in column["at"]]
        for column in found.values()
    ]
    return list(zip(*columns, strict=True))


@dataclass(kw_only=True)
class Seen:
    """What a browser shows of a chart.

    - `label`: what is read aloud of its drawing; `marks`: how many it drew.
    - `texts` and `values`: of its cells or tiles.
    """

    label: str = ""
    marks: int = 0
    texts: list[str] = field(default_factory=list)
    values: list[str | None] = field(default_factory=list)


class Looking(HTMLParser):
    """From the elements of a page, as the browser has them, to what is seen of each chart."""

    def __init__(self) -> None:
        super().__init__()
        self.charts: dict[str, Seen] = {}
        self.options: list[str] = []
        self.drawn_for: str | None = None
        self.told: str = ""
        self._inside: list[tuple[str, Mapping[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "body":
            self.drawn_for = given.get("data-drawn")
        if tag == "section":
            self.charts[str(given["id"])] = Seen()
        if given.get("role") == "graphics-document" and self.charts:
            self._chart.label = given.get("aria-label") or ""
        if tag in ("td", "strong") and self.charts:
            self._chart.values.append(given.get("data-value"))
            self._chart.texts.append("")
        if tag in ("path", "text") and any("role-mark" in (of.get("class") or "") for _, of in self._inside):
            self._chart.marks += 1
        if tag == "option":
            self.options.append("")
        if tag not in ("meta", "br", "input", "link", "img"):
            self._inside.append((tag, given))

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self._inside]
        if "option" in tags:
            self.options[-1] += data
        if ("td" in tags or "strong" in tags) and self.charts:
            self._chart.texts[-1] += data
        if "header" in tags:
            self.told += data

    @property
    def _chart(self) -> Seen:
        return self.charts[next(reversed(self.charts))]


def look(page: Path, *, group: str = "") -> tuple[Looking, list[str]]:
    """What Chromium shows of the page without a network, and what it says on its console."""
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        done = subprocess.run(
            [
                *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"),
                *("--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"),
                *("--enable-logging=stderr", "--v=0", "--virtual-time-budget=20000"),
                *(f"--user-data-dir={profile}", "--dump-dom"),
                page.resolve().as_uri() + (f"#group={group}" if group else ""),
            ],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
    seen = Looking()
    seen.feed(done.stdout)
    return seen, [line for line in done.stderr.splitlines() if "CONSOLE" in line]
