"""A module is a room: past 300 lines it has a second one inside, or says in its docstring why not."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ("freshdesk_assets", "scripts", "benchmarks", "freshdesk_assets_tests")

ROOM = 300
"""About as many lines as a reader can keep in mind."""

REASON = "lines because"
"""What the docstring of a longer module says of itself: "It has over 300 lines because ..."."""


def modules() -> dict[str, str]:
    """The text of every module of the house, by its path."""
    files = (file for folder in HOUSE for file in sorted((ROOT / folder).rglob("*.py")))
    return {str(file.relative_to(ROOT)): file.read_text() for file in files}


def complaint(text: str) -> str | None:
    """What is wrong with a module of this text, if anything."""
    lines = len(text.splitlines())
    told = " ".join((ast.get_docstring(ast.parse(text)) or "").split())
    if lines > ROOM and REASON not in told:
        return f"{lines} lines, and its docstring does not say why"
    if lines <= ROOM and REASON in told:
        return f"{lines} lines, and its docstring still gives a reason for more than {ROOM}"
    return None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('"""From a to b."""\n' + "a = 1\n" * 299, False),
        ('"""From a to b."""\n' + "a = 1\n" * 300, True),
        ('"""From a to b.\n\nIt has over 300\nlines because b is long.\n"""\n' + "a = 1\n" * 300, False),
        ('"""It has over 300 lines because b is long."""\n', True),
        ("# It has over 300 lines because b is long.\n" * 301, True),
    ],
)
def test_a_long_module_is_told_from_one_with_a_reason(text: str, wrong: bool) -> None:
    assert (complaint(text) is not None) is wrong


def test_no_module_is_longer_than_a_room_without_a_reason() -> None:
    """A file that is added to for good is one that nobody reads from top to bottom any more."""
    read = modules()
    assert {name.partition("/")[0] for name in read} == set(HOUSE)
    found = {name: told for name, text in read.items() if (told := complaint(text))}
    assert found == {}, f'find a second room, or say in the docstring "It has over {ROOM} lines because ..."'
