"""What is true of the knowledge base: every row that exists, as the API sends it, with its place in the tree.

A folder has its category_id here although a list of a category's folders leaves it out.
"""

from collections.abc import Callable
from typing import Any

from freshdesk_assets.simulator.solutions import payloads
from freshdesk_assets.simulator.solutions.library import Library
from freshdesk_assets.simulator.state import Row


def categories(library: Library) -> dict[Any, Row]:
    """By id."""
    return {key: payloads.category(row) for key, row in library.solutions("category").items()}


def folders(library: Library) -> dict[Any, Row]:
    """By id."""
    return {
        key: payloads.folder(library, row, None, placed=True)
        for key, row in library.solutions("folder").items()
    }


def articles(library: Library) -> dict[Any, Row]:
    """By id, in the account's own language."""
    return {key: payloads.article(library, row, None) for key, row in library.solutions("article").items()}


def translations(library: Library) -> dict[Any, Row]:
    """Articles by (id, language), those of the account's own language left out; each has its `language`."""
    return {
        (row_id, language): {
            **payloads.article(library, {**library.solutions("article")[row_id], **fields}, language),
            "language": language,
        }
        for (kind, row_id, language), fields in library.translations.items()
        if kind == "article"
    }


SOLUTION_TRUTHS: dict[str, Callable[[Library], dict[Any, Row]]] = {
    "solution_categories": categories,
    "solution_folders": folders,
    "solution_articles": articles,
    "solution_translations": translations,
}
