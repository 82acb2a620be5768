"""The page of faults names tests that exist, and every fault that the simulator can make."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from freshdesk_assets.simulator import faults
from freshdesk_assets_tests.pages import ROOT, prose

PAGE = ROOT / "docs/faults.md"
TESTS = Path(__file__).parent
HEAD = ["Fault", "What happens", "What you see", "Test"]
NAMED = re.compile(r"`([\w/]+\.py)::(test_\w+)`")


def rows(text: list[str]) -> Iterator[list[str]]:
    """The cells of each row of the page's tables, without their heads."""
    for line in text:
        if line.startswith("| "):
            cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
            if cells != HEAD:
                yield cells


def complaints(cells: list[str]) -> list[str]:
    """What is wrong with a row."""
    if len(cells) != len(HEAD) or not all(cells):
        return [f"{len(HEAD)} cells with something in them are needed"]
    named = NAMED.findall(cells[3])
    if not named or NAMED.sub("", cells[3]).strip(", "):
        return [f"{cells[3]!r} names no test as `folder/test_file.py::test_name`"]
    return [f"there is no {file}::{name}" for file, name in named if name not in names_in(TESTS / file)]


def names_in(file: Path) -> set[str]:
    """The names of a file's tests; none if there is no such file."""
    if not file.is_file():
        return set()
    module = ast.parse(file.read_text(encoding="utf-8"))
    return {each.name for each in ast.walk(module) if isinstance(each, ast.FunctionDef)}


def test_every_row_names_a_test_that_exists() -> None:
    """A promise without its proof is a hope."""
    told = list(rows(prose(PAGE)))
    assert len(told) > 50
    assert [(cells[0], said) for cells in told for said in complaints(cells)] == []


def test_no_fault_is_told_twice() -> None:
    named = [cells[0] for cells in rows(prose(PAGE))]
    assert [name for name in named if named.count(name) > 1] == []


def test_every_fault_of_the_simulator_is_on_the_page() -> None:
    """Whoever adds one says what the replica does about it."""
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in faults.NAMES if f"`{name}`" not in text] == []


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("| a | b | c | `test_faults.py::test_every_row_names_a_test_that_exists` |", []),
        ("| a | b |  | `test_faults.py::test_no_fault_is_told_twice` |", ["cells"]),
        ("| a | b | c |", ["cells"]),
        ("| a | b | c | it is tested |", ["names no test"]),
        ("| a | b | c | `test_faults.py::test_nothing` |", ["there is no test_faults.py::test_nothing"]),
        ("| a | b | c | `no_file.py::test_nothing` |", ["there is no no_file.py::test_nothing"]),
    ],
)
def test_a_row_that_proves_nothing_is_found(row: str, said: list[str]) -> None:
    """A test of the finder."""
    (cells,) = rows([row])
    found = complaints(cells)
    assert len(found) == len(said)
    assert all(part in whole for part, whole in zip(said, found, strict=True))
