"""Canned responses and their folders.

A folder's count is kept beside the folder, not counted: it can be wrong. One folder of each new account says
five, and has none.
"""

from freshdesk_assets.simulator.files import file_size
from freshdesk_assets.simulator.payloads import signed
from freshdesk_assets.simulator.state import Row, State

ALL_AGENTS, PERSONAL, SOME_GROUPS = 0, 1, 2
# name, whether personal, titles, and a count that is wrong
FOLDERS: tuple[tuple[str, bool, tuple[str, ...], int | None], ...] = (
    (
        "General",
        False,
        ("Received", "More details?", "Geschlossen 👋", "Out of office", "Opening hours"),
        None,
    ),
    ("Refunds & Gutschriften", False, ("Granted", 'Refused, "politely"', "Needs a receipt"), None),
    ("Personal_42", True, ("My greeting", "My signature"), None),
    ("Of last year", False, (), 5),
)


def found_canned(state: State, at: str) -> None:
    """Set up the folders, and ten responses in them."""
    for name, personal, titles, wrong in FOLDERS:
        folder = new_folder(state, name, at, personal=personal)
        for title in titles:
            new_response(state, folder["id"], title, at)
        if wrong is not None:
            state.tables["miscounts"][folder["id"]] = {"says": wrong}


def new_folder(state: State, name: str, at: str, *, personal: bool = False) -> Row:
    """Add a folder with nothing in it."""
    row_id = state.next_id("canned_response_folders")
    row: Row = {"id": row_id, "name": name, "personal": personal, "created_at": at, "updated_at": at}
    state.tables["canned_response_folders"][row_id] = row
    return row


def new_response(state: State, folder_id: int, title: str, at: str) -> Row:
    """Add a response to a folder."""
    row_id = state.next_id("canned_responses")
    number = row_id % 1000
    visibility = ALL_AGENTS if number % 4 else SOME_GROUPS
    if state.tables["canned_response_folders"][folder_id]["personal"]:
        visibility = PERSONAL
    row: Row = {
        "id": row_id,
        "title": title,
        "folder_id": folder_id,
        "content": f"Hello {{{{ticket.requester.firstname}}}},\n{title}: \\ « done ».\n",
        "content_html": f'<div dir="ltr">Hello {{{{ticket.requester.firstname}}}},<br>{title}</div>',
        "attachments": [attachment(state, at)] if number % 3 == 0 else [],
        "visibility": visibility,
        "group_ids": list(state.tables["groups"])[:2] if visibility == SOME_GROUPS else [],
        "created_at": at,
        "updated_at": at,
    }
    state.tables["canned_responses"][row_id] = row
    return row


def attachment(state: State, at: str) -> Row:
    """A file that goes with a response; its URL is signed anew on every read."""
    number = state.next_id("canned_attachments")
    return {
        "id": number, "name": "Rücksendung.pdf", "content_type": "application/pdf", "size": file_size(number),
        "created_at": at, "updated_at": at,
        "attachment_url": f"https://demo.attachments.freshdesk.example/canned/{number}/R%C3%BCck.pdf",
    }  # fmt: skip


def responses_in(state: State, folder_id: int) -> list[Row]:
    """What is in a folder."""
    return [row for row in state.tables["canned_responses"].values() if row["folder_id"] == folder_id]


def folder(state: State, row: Row) -> Row:
    """A folder as its list shows it, with the count it believes in."""
    says = state.tables["miscounts"].get(row["id"])
    count = says["says"] if says else len(responses_in(state, row["id"]))
    return {**row, "responses_count": count}


def folder_view(state: State, row: Row) -> Row:
    """A folder's own call: titles in place of the count."""
    titles = [{"id": each["id"], "title": each["title"]} for each in responses_in(state, row["id"])]
    return {**row, "canned_responses": titles}


def response(state: State, row: Row) -> Row:
    """A response, in the list of its folder and by its own call."""
    if not row["attachments"]:
        return row
    return {**row, "attachments": [signed(state, each) for each in row["attachments"]]}
