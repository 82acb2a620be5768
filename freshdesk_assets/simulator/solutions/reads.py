"""How the knowledge base is read: which rows an endpoint finds, and in which language."""

from collections.abc import Callable

from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.refusals import invalid_value, not_found
from freshdesk_assets.simulator.solutions import payloads
from freshdesk_assets.simulator.solutions.changes import SolutionChanges
from freshdesk_assets.simulator.state import Row


def categories(call: Call) -> Page:
    """All categories."""
    library = library_of(call)
    return page(call, "category", list(library.solutions("category").values()), payloads.category)


def view_category(call: Call) -> Row:
    """One category."""
    return payloads.category(row_of(call, "category"))


def category_folders(call: Call) -> Page:
    """The folders at the top of a category, without category_id."""
    library = library_of(call)
    if call.id not in library.solutions("category"):
        raise not_found()
    return page(
        call,
        "folder",
        library.folders_in(category_id=call.id),
        lambda row: payloads.signed_folder(library, row, call.language, placed=False),
    )


def subfolders(call: Call) -> Page:
    """The folders directly in a folder, with category_id."""
    library = library_of(call)
    if call.id not in library.solutions("folder"):
        raise not_found()
    return page(
        call,
        "folder",
        library.folders_in(parent_id=call.id),
        lambda row: payloads.signed_folder(library, row, call.language, placed=True),
    )


def view_folder(call: Call) -> Row:
    """One folder, with category_id."""
    row = row_of(call, "folder")
    return payloads.signed_folder(library_of(call), row, call.language, placed=True)


def folder_articles(call: Call) -> Page:
    """The articles directly in a folder, drafts too."""
    library = library_of(call)
    if call.id not in library.solutions("folder"):
        raise not_found()
    return page(
        call,
        "article",
        library.articles_in(call.id),
        lambda row: payloads.signed_article(library, row, call.language),
    )


def view_article(call: Call) -> Row:
    """One article."""
    row = row_of(call, "article")
    return payloads.signed_article(library_of(call), row, call.language)


def library_of(call: Call) -> SolutionChanges:
    """The knowledge base of the account."""
    if not isinstance(call.world, SolutionChanges):
        raise TypeError("this world has no knowledge base")
    return call.world


def page(call: Call, kind: str, found: list[Row], shown: Callable[[Row], Row]) -> Page:
    """A page of what has been translated into the language of the call."""
    library = library_of(call)
    check_language(call)
    answer = call.page_of([row for each in found if (row := told(call, kind, each)) is not None], shown)
    library.heed_solution_request()
    return answer


def row_of(call: Call, kind: str) -> Row:
    """The row the path names, in the language of the call; one that is not translated is not found."""
    library = library_of(call)
    check_language(call)
    row = library.solutions(kind).get(call.id)
    found = None if row is None else told(call, kind, row)
    if found is None:
        raise not_found()
    library.heed_solution_request()
    return found


def told(call: Call, kind: str, row: Row) -> Row | None:
    """The row in the language of the call."""
    return library_of(call).in_language(kind, row, call.language)


def check_language(call: Call) -> None:
    """Refuse a language the account has not set up; how it is refused is not established."""
    known = library_of(call).languages
    if call.language not in (None, *known):
        raise invalid_value("language", f"one of these values: '{','.join(known)}'")
