"""A customer whose words are known: wherever one of them is found, something of the customer is."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from freshdesk_assets.orchestration.records.packing import PACKED, unpack
from freshdesk_assets.simulator.world import World

MARK = "Quxövil"
"""What every planted word begins with; with a letter that JSON may escape."""


@dataclass(frozen=True)
class Planted:
    """The customer's contact, main address, ticket, and words."""

    contact: int
    email: str
    ticket: int
    words: frozenset[str]


def plant(world: World) -> Planted:
    """A customer of whom every word that they, or an agent about them, can write is planted."""
    words: set[str] = set()

    def word(of: str) -> str:
        words.add(f"{MARK}{of}")
        return f"{MARK}{of}"

    contact = world.create_contact(name=f"{word('first')} {word('last')}")
    world.update_contact(
        contact,
        email=f"{word('mail')}@example.com",
        phone=word("phone"),
        mobile=word("mobile"),
        address=word("address"),
        description=word("about"),
        job_title=word("job"),
        twitter_id=word("handle"),
        unique_external_id=word("external"),
        tags=[word("contacttag")],
        other_emails=[f"{word('othermail')}@example.com"],
        custom_fields={"membership_level": word("level"), "customer_since": word("since")},
        other_phone_numbers=[{"label": word("label"), "value": word("otherphone")}],
    )
    company = world.create_company(name=word("company"))
    with world.lock:
        world.tables["companies"][company] |= {
            "note": word("companynote"),
            "description": word("companyabout"),
            "domains": [f"{word('domain')}.example".lower()],
            "industry": word("industry"),
        }
    words.add(f"{MARK}domain".lower())
    number = world.create_ticket(
        requester_id=contact,
        subject=word("subject"),
        description_text=word("body"),
        tags=[word("tag")],
        cc_emails=[f'"{word("copied")}" <{word("copy")}@example.com>'],
    )
    ticket = world.tickets[number]
    for name, value in ticket.row["custom_fields"].items():
        world.set_custom_field(
            number, name, word(f"field{name[3:9]}") if not isinstance(value, list) else value
        )
    with world.lock:
        ticket.attachments.append(
            {
                "id": 43_999_000_001,
                "name": f"{word('attachment')}.pdf",
                "content_type": "application/pdf",
                "size": 12,
                "attachment_url": f"https://demo.attachments.freshdesk.example/{word('link')}.pdf",
                "created_at": ticket.row["created_at"],
                "updated_at": ticket.row["created_at"],
            }
        )
    world.reply(number, incoming=True, text=word("reply"))
    note = world.add_note(number, text=word("note"))
    with world.lock:
        said = next(row for row in ticket.conversations if row["id"] == note)
        said["attachments"] = [{**ticket.attachments[-1], "id": 43_999_000_002, "name": word("notefile")}]
        entry = world.tables["time_entries"][world.add_time_entry(number)]
        entry["note"] = word("timenote")
    rating = world.add_rating(number)
    world.change_rating(rating, value=-103, feedback=word("feedback"))
    return Planted(contact=contact, email=f"{MARK}mail@example.com", ticket=number, words=frozenset(words))


def holding(folder: Path, words: frozenset[str]) -> set[str]:
    """What below a folder holds a word in clear, each with the words: files, and what is packed in them."""
    there: dict[str, set[str]] = {}
    for name, text in texts(folder):
        if found := {word for word in words if any(form in text for form in forms(word))}:
            there.setdefault(name, set()).update(found)
    return {f"{name}: {sorted(found)}" for name, found in there.items()}


def forms(word: str) -> set[str]:
    """A word as a text has it, and as JSON may write it."""
    return {word, json.dumps(word)[1:-1], word.lower()}


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    """Every file below a folder as text, and what its databases hold, unpacked; with what it is of."""
    paths = sorted(each for each in folder.rglob("*") if each.is_file())
    # Before a database is opened, which may end its log.
    contents = [(path, path.read_bytes()) for path in paths]
    for path, content in contents:
        name = str(path.relative_to(folder))
        yield name, content.decode("utf-8", "replace")
        if not content.startswith(b"SQLite format 3"):
            continue
        with closing(sqlite3.connect(path)) as records:
            for (table,) in records.execute("select name from sqlite_master where type = 'table'").fetchall():
                for row in records.execute(f'select * from "{table}"'):
                    for value in row:
                        if isinstance(value, bytes) and value.startswith(PACKED):
                            yield f"{name} {table}", unpack(value)
                        elif value is not None:
                            yield f"{name} {table}", str(value)


def found_in(folder: Path, words: set[str]) -> dict[str, str]:
    """Which words are in the folder, as they are or as JSON escapes them, and where."""
    spelled = {form: word for word in words for form in (word, json.dumps(word)[1:-1])}
    sought = re.compile("|".join(map(re.escape, sorted(spelled, key=len, reverse=True))), re.IGNORECASE)
    found: dict[str, str] = {}
    for name, text in texts(folder):
        for each in sought.finditer(text):
            found.setdefault(each[0], f"{name}: {text[max(0, each.start() - 90) : each.end() + 40]!r}")
    return found
