"""Where the replica, its copy and its page are, and which names DuckDB would take for something else."""

from collections.abc import Collection
from pathlib import Path

from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.setting_values import file_named, same_file

DEFAULT_DATABASE = "replica.duckdb"
FORMER_DATABASE = "freshdesk.duckdb"
"""The default until there were views. DuckDB names a database after its file. In a database called freshdesk,
`freshdesk.tickets` is ambiguous to it: no view could be read."""


class SettingError(Exception):
    """A setting is missing or wrong; the message says which and how to set it."""


def usable(path: Path, schemas: Collection[str], name: str = "FRESHDESK_DUCKDB") -> Path:
    """The path, unless DuckDB would name the database like a schema in it; raises SettingError."""
    if path.stem.lower() in {SCHEMA, META, *schemas}:
        raise SettingError(
            f"{name} is {str(path)!r}: set it to a file of another name, like {DEFAULT_DATABASE},"
            f" and rename the file if there is one, for DuckDB takes a database {path.stem} for the schema"
            " of that name"
        )
    return path


def published_path(database: Path, published: str | None, schemas: Collection[str]) -> Path | None:
    """The path of the copy for analysts, beside the file if `published` is not set; None if it is `off`.

    Raises SettingError if it is the file itself, or has the name of a schema.
    """
    if published and published.lower() == "off":
        return None
    if not published:
        return database.with_stem(f"{database.stem}_published")
    try:
        path = file_named(published)
    except ValueError as error:
        raise SettingError(f"FRESHDESK_PUBLISHED {error}") from error
    if same_file(path, database):
        raise SettingError("FRESHDESK_PUBLISHED is the replica itself: set it to another file, or to off")
    return usable(path, schemas, "FRESHDESK_PUBLISHED")


def page_path(database: Path, copy: Path | None, page: str | None) -> Path | None:
    """The path of the page, beside the copy if `page` is not set; None if it is `off`, or there is no copy.

    Raises SettingError if it is the replica or the copy itself.
    """
    if copy is None or (page and page.lower() == "off"):
        return None
    if not page:
        return copy.with_name(f"{database.stem}_page.html")
    try:
        path = file_named(page)
    except ValueError as error:
        raise SettingError(f"FRESHDESK_PAGE {error}") from error
    if same_file(path, database) or same_file(path, copy):
        raise SettingError("FRESHDESK_PAGE is the replica or its copy: set it to another file, or to off")
    return path
