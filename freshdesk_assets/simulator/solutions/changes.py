"""What authors and readers do to a knowledge base.

A change of an article moves neither its folder nor its category, and a change of a folder moves no article in
it. Neither is established.
"""

from typing import Any

from freshdesk_assets.simulator.solutions.founding import new_article, new_category, new_folder
from freshdesk_assets.simulator.solutions.library import TRANSLATED, Library
from freshdesk_assets.simulator.state import Row, change

COUNTERS = ("hits", "thumbs_up", "thumbs_down", "suggested", "feedback_count")


class SolutionChanges(Library):
    """Changes to the knowledge base, each under the world's lock."""

    @change
    def create_solution_category(self, name: str = "A new category", description: str | None = None) -> int:
        """A new category. Returns its id."""
        return int(new_category(self, name, description, self.clock.stamp())["id"])

    @change
    def create_solution_folder(
        self, *, category_id: int | None = None, parent_folder_id: int | None = None, name: str = "A folder"
    ) -> int:
        """A new folder, at the top of a category or in another folder. Returns its id."""
        category_id = self._category_of_folder(category_id, parent_folder_id)
        return int(new_folder(self, name, category_id, parent_folder_id, self.clock.stamp())["id"])

    @change
    def create_article(self, folder_id: int, **fields: Any) -> int:
        """A new article; `fields` are keys of its row. Returns its id."""
        self.solutions("folder")[folder_id]
        row = new_article(self, folder_id, self.clock.stamp())
        self._set_solution(row, fields)
        return int(row["id"])

    @change
    def edit_solution(self, kind: str, row_id: int, **fields: Any) -> None:
        """Change fields of a "category", a "folder" or an "article"."""
        row = self.solutions(kind)[row_id]
        self._set_solution(row, fields)
        row["updated_at"] = self.clock.stamp()

    @change
    def move_solution_folder(
        self, folder_id: int, *, category_id: int | None = None, parent_folder_id: int | None = None
    ) -> None:
        """Move a folder, and all that is in it, to the top of a category or into another folder."""
        self._move_folder(folder_id, category_id, parent_folder_id)

    def move_folder_after(
        self,
        requests: int,
        folder_id: int,
        *,
        category_id: int | None = None,
        parent_folder_id: int | None = None,
    ) -> None:
        """Move a folder as soon as the knowledge base has answered so many requests from now on."""
        with self.lock:
            due = self.solution_requests + requests
            self.moves_to_come.append((due, folder_id, category_id, parent_folder_id))

    def heed_solution_request(self) -> None:
        """Count an answered request, and make the moves that are due after it."""
        self.solution_requests += 1
        due = [move for move in self.moves_to_come if move[0] <= self.solution_requests]
        for move in due:
            self.moves_to_come.remove(move)
            _, folder_id, category_id, parent_folder_id = move
            self.move_solution_folder(folder_id, category_id=category_id, parent_folder_id=parent_folder_id)

    @change
    def move_article(self, article_id: int, folder_id: int) -> None:
        """Move an article into another folder."""
        self.solutions("folder")[folder_id]
        row = self.solutions("article")[article_id]
        row |= {"folder_id": folder_id, "updated_at": self.clock.stamp()}

    @change
    def delete_article(self, article_id: int) -> None:
        """Delete an article, with its translations."""
        self._forget_solution("article", article_id)

    @change
    def delete_solution_folder(self, folder_id: int) -> None:
        """Delete a folder and all that is in it."""
        self._forget_folder(folder_id)

    @change
    def delete_solution_category(self, category_id: int) -> None:
        """Delete a category and all that is in it."""
        for row in self.folders_in(category_id=category_id):
            self._forget_folder(row["id"])
        self._forget_solution("category", category_id)

    @change
    def translate_solution(self, kind: str, row_id: int, language: str, **fields: Any) -> None:
        """Write a translation, or change one that is there; `fields` are those in TRANSLATED."""
        row, now = self.solutions(kind)[row_id], self.clock.stamp()
        unknown = fields.keys() - set(TRANSLATED[kind])
        if unknown or language not in self.languages[1:]:
            raise ValueError(f"a {kind} has no {', '.join(sorted(unknown)) or 'text'} in {language}")
        before = self.translations.get((kind, row_id, language)) or {
            **{key: row[key] for key in TRANSLATED[kind]},
            "created_at": now,
        }
        self.translations[kind, row_id, language] = {**before, **fields, "updated_at": now}

    @change
    def remove_translation(self, kind: str, row_id: int, language: str) -> None:
        """Delete a translation."""
        del self.translations[kind, row_id, language]

    @change
    def read_article(self, article_id: int, **counters: int) -> None:
        """A customer reads an article, or does what the counters say: `thumbs_up=1`."""
        row = self.solutions("article")[article_id]
        for name, more in (counters or {"hits": 1}).items():
            if name not in COUNTERS:
                raise ValueError(f"an article does not count {name}")
            row[name] += more
        if self.counters_move_articles:
            row["updated_at"] = self.clock.stamp()

    @change
    def miscount_folder(self, folder_id: int, **counts: int) -> None:
        """Let a folder's articles_count or sub_folders_count be wrong; without counts it is right again."""
        if counts.keys() - {"articles_count", "sub_folders_count"}:
            raise ValueError(f"a folder does not count {', '.join(sorted(counts))}")
        self.solutions("folder")[folder_id]
        self.miscounts[folder_id] = dict(counts)

    def _category_of_folder(self, category_id: int | None, parent_folder_id: int | None) -> int:
        if parent_folder_id is not None:
            return int(self.solutions("folder")[parent_folder_id]["category_id"])
        if category_id is None:
            raise ValueError("a folder is in a category or in another folder; name one of them")
        return int(self.solutions("category")[category_id]["id"])

    def _move_folder(self, folder_id: int, category_id: int | None, parent_folder_id: int | None) -> None:
        row, below = self.solutions("folder")[folder_id], list(self.folders_under(folder_id))
        if parent_folder_id in {folder_id, *(each["id"] for each in below)}:
            raise ValueError("a folder cannot be moved into itself")
        for each in (row, *below):
            each["category_id"] = self._category_of_folder(category_id, parent_folder_id)
        row |= {"parent_folder_id": parent_folder_id, "updated_at": self.clock.stamp()}

    def _set_solution(self, row: Row, fields: Row) -> None:
        unknown = fields.keys() - row.keys()
        if unknown:
            raise ValueError(f"the row has no {', '.join(sorted(unknown))}")
        row.update(fields)

    def _forget_folder(self, folder_id: int) -> None:
        for row in [*self.folders_under(folder_id), self.solutions("folder")[folder_id]]:
            for article in self.articles_in(row["id"]):
                self._forget_solution("article", article["id"])
            self.miscounts.pop(row["id"], None)
            self._forget_solution("folder", row["id"])

    def _forget_solution(self, kind: str, row_id: int) -> None:
        del self.solutions(kind)[row_id]
        for key in [key for key in self.translations if key[:2] == (kind, row_id)]:
            del self.translations[key]
