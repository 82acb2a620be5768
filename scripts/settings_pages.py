"""From the declared settings to docs/settings.md, .env.example, and README's table of the first ones."""

import re
from collections.abc import Iterable
from pathlib import Path

from markdown import grid, page

from freshdesk_assets.commands.example import about, default, example_file
from freshdesk_assets.setting_fields import Group
from freshdesk_assets.settings import Settings, variable

HEAD = ("setting", "default", "what it does")

INTRODUCTION = """\
Settings are read from the environment, and from a file `.env` in the working directory, when a command, the
UI or the daemon starts: a change takes effect at the next start. One message names every setting that is
wrong or missing, before anything is read from Freshdesk. [.env.example](../.env.example) has every setting
with its default."""

BESIDE = """\
Dagster's own variables work too. `DAGSTER_HOME` is the folder of the run records; if it is not set,
`.dagster_home` in the working directory."""

FIRST = ("domain", "api_key", "start_date", "duckdb", "published")
"""The settings that somebody needs before a first sync."""

ALL = "[All settings](docs/settings.md), with those of credits, schedules and alerts."

BETWEEN = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- /settings -->)", re.DOTALL)
"""The part of README that this script writes."""


def settings_pages(root: Path) -> dict[Path, str]:
    """What is written about settings, by file."""
    readme = root / "README.md"
    return {
        root / "docs" / "settings.md": page("Settings", INTRODUCTION, *chapters(), BESIDE),
        root / ".env.example": example_file(),
        readme: with_first_settings(readme.read_text(encoding="utf-8")),
    }


def chapters() -> Iterable[str]:
    """A chapter for each group, with a line for each of its settings."""
    for group in Group:
        rows = [row(name) for name, field in Settings.model_fields.items() if about(field)["group"] == group]
        yield f"## {group}\n\n{grid(HEAD, rows)}"


def row(name: str) -> tuple[str, str, str]:
    """A setting's name in the environment, its default and what it does."""
    field = Settings.model_fields[name]
    value = default(field)
    return f"`{variable(name)}`", f"`{value}`" if value else about(field)["unset"], field.description or ""


def with_first_settings(readme: str) -> str:
    """README's text with the current table of the first settings."""
    if not BETWEEN.search(readme):
        raise SystemExit(
            "README.md has no place for settings: write <!-- settings --> and <!-- /settings --> into it"
        )
    table = grid(HEAD, [row(name) for name in FIRST])
    return BETWEEN.sub(lambda _: f"\n{table}\n\n{ALL}\n\n", readme)
