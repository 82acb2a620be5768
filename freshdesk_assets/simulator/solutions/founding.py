"""The knowledge base an account begins with: folders four deep, and counts that promise too much."""

import random

from freshdesk_assets.simulator import vocabulary as words
from freshdesk_assets.simulator.conversations import attachment
from freshdesk_assets.simulator.solutions.library import TRANSLATED, Library
from freshdesk_assets.simulator.state import Row

CATEGORIES = (("Erste Schritte ☕", None), ("Repairs & spare parts", 'What to do if it "leaks"'))
# (name, position of the category, of the parent folder if it has one, how many articles, visibility)
FOLDERS = (
    ("Getting started", 0, None, 3, 1),
    ("Maschine einrichten", 0, 0, 2, 2),
    ("For key accounts", 0, 0, 1, 4),
    ("Wasser & <Filter>", 0, 1, 2, 3),
    ("Entkalken", 0, 3, 3, 1),
    ("To be written", 0, None, 0, 1),
    ("Spare parts", 1, None, 2, 1),
    ("Pumpen", 1, 6, 2, 6),
)
# By position in FOLDERS: an account believes there to be what is not.
MISCOUNTS = {5: {"articles_count": 5}, 7: {"sub_folders_count": 1}}
KEYWORDS: tuple[object, ...] = ("coffee, descaling", ["coffee", "Entkalker"], None)


def found_library(library: Library, at: str) -> None:
    """Fill a knowledge base that was there from the beginning."""
    for name, text in CATEGORIES:
        new_category(library, name, text, at)
    categories: list[int] = list(library.solutions("category"))
    folders: list[int] = []
    for name, category, parent, count, visibility in FOLDERS:
        parent_id = None if parent is None else folders[parent]
        row = new_folder(library, name, categories[category], parent_id, at)
        row["visibility"] = visibility
        if visibility != 1:
            row["audience"] = list(library.tables["companies"])[:2] if visibility == 4 else [43_000_940_001]
        folders.append(row["id"])
        for _ in range(count):
            new_article(library, row["id"], at)
    for position, counts in MISCOUNTS.items():
        library.miscounts[folders[position]] = dict(counts)
    for kind in TRANSLATED:
        for position, row in enumerate(library.solutions(kind).values()):
            for language in library.languages[1 : 3 - position % 2]:
                translation = {key: row[key] for key in TRANSLATED[kind]}
                named = "title" if kind == "article" else "name"
                translation[named] = f"[{language}] {row[named]}"
                translation |= {"created_at": at, "updated_at": at}
                library.translations[kind, row["id"], language] = translation


def new_category(library: Library, name: str, description: str | None, at: str) -> Row:
    """A category."""
    row: Row = {
        "id": library.next_id("solution_categories"),
        "name": name,
        "description": description,
        "visible_in_portals": [43_000_950_001],
        "icon": {},
        "created_at": at,
        "updated_at": at,
    }
    library.solutions("category")[row["id"]] = row
    return row


def new_folder(library: Library, name: str, category_id: int, parent_id: int | None, at: str) -> Row:
    """A folder; `audience` is whom it is shown to, under a key that follows from its visibility."""
    row_id = library.next_id("solution_folders")
    icon = f"https://demo.attachments.freshdesk.example/data/solutions/{row_id}/icon.png"
    row: Row = {
        "id": row_id,
        "name": name,
        "description": None if row_id % 3 else 'Alles über "Wasser"\nund mehr',
        "category_id": category_id,
        "parent_folder_id": parent_id,
        "visibility": 1,
        "audience": [],
        "icon_url": icon if row_id % 2 else None,
        "created_at": at,
        "updated_at": at,
    }
    library.solutions("folder")[row_id] = row
    return row


def new_article(library: Library, folder_id: int, at: str) -> Row:
    """An article, whose words depend on its id alone."""
    row_id = library.next_id("solution_articles")
    rng = random.Random(f"article {library.seed} {row_id}")
    plain = words.text(rng, 2 + row_id % 3)
    agents = library.agent_pool
    row: Row = {
        "id": row_id,
        "type": 1 + row_id % 2,
        "status": 1 if row_id % 5 == 0 else 2,
        "agent_id": agents[row_id % len(agents)] if agents else None,
        "folder_id": folder_id,
        "title": words.SUBJECTS[row_id % len(words.SUBJECTS)],
        "description": words.html(plain),
        "description_text": plain,
        "seo_data": {
            "meta_title": "How to ☕",
            "meta_description": None,
            "meta_keywords": KEYWORDS[row_id % len(KEYWORDS)],
        },
        "tags": rng.sample(words.TAGS, k=row_id % 4),
        "attachments": [attachment(row_id * 4, at)] if row_id % 4 == 0 else [],
        "cloud_files": [],
        "thumbs_up": rng.randrange(20),
        "thumbs_down": rng.randrange(5),
        "hits": rng.randrange(500),
        "suggested": rng.randrange(9),
        "feedback_count": rng.randrange(4),
        "platforms": None,
        "created_at": at,
        "updated_at": at,
    }
    library.solutions("article")[row_id] = row
    return row
