"""From a row of the knowledge base to the row the API sends, in a list or a view, in a language.

A list of a category's folders has no category_id; a list of a folder's folders has, and so has a view.
"""

from freshdesk_assets.simulator.payloads import signed
from freshdesk_assets.simulator.solutions.library import Library
from freshdesk_assets.simulator.state import Row

# Whom a folder is shown to, where it is not shown to all of a sort.
AUDIENCES = {4: "company_ids", 6: "contact_segment_ids", 7: "company_segment_ids"}


def category(row: Row) -> Row:
    """A category, alike in list and view."""
    return row


def folder(library: Library, row: Row, language: str | None, *, placed: bool) -> Row:
    """A folder with its place in the tree; `placed` adds the category."""
    shown = {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "parent_folder_id": row["parent_folder_id"],
        "hierarchy": hierarchy(library, row, language),
        **library.counts(row["id"]),
        "visibility": row["visibility"],
        "icon_url": row["icon_url"],
        "created_at": row["created_at"],
        "updated_at": row["updated_at"],
    }
    if row["visibility"] in AUDIENCES:
        shown[AUDIENCES[row["visibility"]]] = row["audience"]
    if placed:
        shown["category_id"] = row["category_id"]
    return shown


def signed_folder(library: Library, row: Row, language: str | None, *, placed: bool) -> Row:
    """A folder as it is sent: its icon's address expires."""
    shown = folder(library, row, language, placed=placed)
    return signed(library, shown) if shown["icon_url"] else shown


def article(library: Library, row: Row, language: str | None) -> Row:
    """An article, alike in list and view."""
    place = library.solutions("folder")[row["folder_id"]]
    return {**row, "category_id": place["category_id"], "hierarchy": hierarchy(library, place, language)}


def signed_article(library: Library, row: Row, language: str | None) -> Row:
    """An article as it is sent: the addresses of its files expire."""
    shown = article(library, row, language)
    return {**shown, "attachments": [signed(library, each) for each in row["attachments"]]}


def hierarchy(library: Library, row: Row, language: str | None) -> list[Row]:
    """The way from the category to a folder; what has no name in the language has its first one."""
    way, place = [("folder", row)], row
    while place["parent_folder_id"] is not None:
        place = library.solutions("folder")[place["parent_folder_id"]]
        way.append(("folder", place))
    way.append(("category", library.solutions("category")[row["category_id"]]))
    told = language or library.languages[0]
    return [
        {
            "level": level,
            "type": kind,
            "data": {
                "id": each["id"],
                "name": (library.in_language(kind, each, told) or each)["name"],
                "language": told,
            },
        }
        for level, (kind, each) in enumerate(reversed(way))
    ]
