"""What a knowledge base holds: a tree whose counts are kept beside it, and may be wrong.

Rows are kept as an account stores them. What the API makes of them is in payloads.py.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from freshdesk_assets.simulator.state import Row, State

KINDS = ("category", "folder", "article")
TABLES = {"category": "solution_categories", "folder": "solution_folders", "article": "solution_articles"}
# What a translation has of its own.
TRANSLATED = {
    "category": ("name", "description"),
    "folder": ("name", "description"),
    "article": ("title", "description", "description_text", "status"),
}


class Library(State):
    """An account's knowledge base."""

    def __init__(self, *, seed: int, now: datetime, ticking: bool) -> None:
        """A knowledge base with nothing in it."""
        super().__init__(seed=seed, now=now, ticking=ticking)
        self.tables |= {name: {} for name in TABLES.values()}
        # What a language has of its own, by kind, id and language.
        self.translations: dict[tuple[str, int, str], Row] = {}
        # Counts of a folder that are not what they should be, by folder.
        self.miscounts: dict[int, Row] = {}
        # Whether readers and their votes move an article's updated_at; it is not established.
        self.counters_move_articles = False
        self.solution_requests = 0
        # (how many requests from now on, folder, category, parent folder) of moves to come.
        self.moves_to_come: list[tuple[int, int, int | None, int | None]] = []

    @property
    def languages(self) -> list[str]:
        """The account's language, and those it translates into."""
        return [self.helpdesk["primary_language"], *self.helpdesk["supported_languages"]]

    def solutions(self, kind: str) -> dict[int, Row]:
        """All rows of a kind."""
        return self.tables[TABLES[kind]]

    def in_language(self, kind: str, row: Row, language: str | None) -> Row | None:
        """The row as it reads in a language, None if it has not been translated."""
        if language in (None, self.languages[0]):
            return row
        translation = self.translations.get((kind, row["id"], str(language)))
        return None if translation is None else {**row, **translation}

    def folders_in(self, *, category_id: int | None = None, parent_id: int | None = None) -> list[Row]:
        """Folders directly under a category, or under a folder."""
        folders = self.solutions("folder").values()
        if parent_id is not None:
            return [row for row in folders if row["parent_folder_id"] == parent_id]
        return [
            row for row in folders if row["category_id"] == category_id and row["parent_folder_id"] is None
        ]

    def articles_in(self, folder_id: int) -> list[Row]:
        """Articles directly in a folder."""
        return [row for row in self.solutions("article").values() if row["folder_id"] == folder_id]

    def folders_under(self, folder_id: int) -> Iterator[Row]:
        """All folders below a folder, at any depth."""
        for row in self.folders_in(parent_id=folder_id):
            yield row
            yield from self.folders_under(row["id"])

    def counts(self, folder_id: int) -> dict[str, Any]:
        """What the account believes is in a folder."""
        return {
            "articles_count": len(self.articles_in(folder_id)),
            "sub_folders_count": len(self.folders_in(parent_id=folder_id)),
            **self.miscounts.get(folder_id, {}),
        }
