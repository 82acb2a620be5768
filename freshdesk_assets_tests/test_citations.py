"""Each citation names a section that is there, and each section says how sure it is."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CITED = ("freshdesk_api.md", "engineering.md")
PLACES = ("freshdesk_assets", "freshdesk_assets_tests", "benchmarks", "scripts", "docs")
SUFFIXES = {".cfg", ".md", ".py", ".sql", ".toml", ".yaml"}

FILES = rf"(?:{'|'.join(map(re.escape, CITED))})"

NUMBER = r"\d+(?:\.\d+)?"
LIST = rf"{NUMBER}(?:(?:, | and ){NUMBER})*"
CITATION = re.compile(rf"\bdocs/({FILES}), ({LIST})(?![.\d]*\d)")
"""`(docs/freshdesk_api.md, 4.10)`, or several of its sections: `5 and 6`, `3.4, 4.8 and 5.1`."""

ELSEWHERE = re.compile(rf"(?<!\]\()(?<!docs/){FILES}|docs/{FILES}\W*(?:sections? )?\d")
"""A cited file in another spelling: without its folder, unless it is a link, or with another number."""

UNNAMED = re.compile(r"\b[Ss]ections? \d|\b[Ff]acts? \d+\b|(?<= )\([1-9]\.\d{1,2}\)")
"""A section without the file that it is in."""

SURE = ("documented", "observed", "reported", "inferred", "not established", "measured")


def test_every_cited_section_is_there() -> None:
    """A reader who finds no section cannot tell whether the fact was ever true."""
    sections = {name: numbered(name) for name in CITED}
    cited = [(place, *each) for place, text in sources() for each in citations(text)]
    assert len({section for _, _, section in cited}) > 30, "the citations are found at all"
    assert [each for each in cited if each[2] not in sections[each[1]]] == []


def test_every_citation_is_written_alike() -> None:
    """This test finds only the one spelling, and so does a reader who searches."""
    assert [
        (place, odd) for place, text in sources() for odd in misspelled(text, is_page=place in CITED_PAGES)
    ] == []


@pytest.mark.parametrize("name", CITED)
def test_every_fact_says_how_sure_it_is(name: str) -> None:
    """Else readers believe an inferred fact as they believe one that Freshdesk documents."""
    for number, told in numbered(name).items():
        assert is_sure(told), f"{name}, {number}"
        assert [fact for fact in facts(told) if not is_sure(fact)] == [], f"{name}, {number}"


@pytest.mark.parametrize("name", CITED)
def test_sections_are_in_order_and_none_is_there_twice(name: str) -> None:
    numbers = [tuple(map(int, number.split("."))) for number in headings(name)]
    assert numbers == sorted(set(numbers))


def test_every_source_that_a_page_names_is_listed() -> None:
    for name in CITED:
        text = page(name)
        listed = set(re.findall(r"^\[([^\]]+)\]: https://\S+$", text, re.MULTILINE))
        prose = re.sub(r"`[^`]*`", "", text)
        named = set(re.findall(r"\[([^\]]+)\](?![(:])", prose))
        assert named == listed, name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(docs/freshdesk_api.md, 4.10)", ["4.10"]),
        ("(docs/freshdesk_api.md, 5 and 6)", ["5", "6"]),
        ("(docs/freshdesk_api.md,\n    # 3.4, 4.8 and\n    # 5.1)", ["3.4", "4.8", "5.1"]),
    ],
)
def test_a_citation_is_found_however_its_lines_break(text: str, found: list[str]) -> None:
    assert [section for _, section in citations(text)] == found
    assert misspelled(text, is_page=False) == []


@pytest.mark.parametrize(
    "text",
    [
        "(freshdesk_api.md, 4.10)",
        "(docs/freshdesk_api.md 4.10)",
        "(docs/freshdesk_api.md, section 4.10)",
        "(docs/freshdesk_api.md, 4.10.2)",
        "as section 4.10 says",
        "shares its ids (fact 13)",
        "refused (4.11)",
    ],
)
def test_another_spelling_is_found_too(text: str) -> None:
    assert misspelled(text, is_page=False)


CITED_PAGES = {f"docs/{name}" for name in CITED}


def sources() -> Iterable[tuple[str, str]]:
    """Every file that may cite, but this one, by its path."""
    files = [file for place in PLACES for file in (ROOT / place).rglob("*")]
    for file in sorted([*files, *ROOT.glob("*")]):
        if file.suffix in SUFFIXES and file.is_file() and file != Path(__file__):
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def citations(text: str) -> list[tuple[str, str]]:
    """The files and sections that a text cites."""
    return [
        (name, number)
        for name, numbers in CITATION.findall(joined(text))
        for number in re.findall(NUMBER, numbers)
    ]


def misspelled(text: str, *, is_page: bool) -> list[str]:
    """Citations in another spelling; a cited page may name itself and its own sections."""
    rest = CITATION.sub("", joined(text))
    odd = [] if is_page else UNNAMED.findall(rest)
    return odd + ELSEWHERE.findall(rest)


def joined(text: str) -> str:
    """A text without line breaks, and without the signs that begin a line of comment."""
    return re.sub(r"\s*\n\s*(?:#:?|--)?\s*", " ", text)


def page(name: str) -> str:
    """One of the cited files."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def headings(name: str) -> list[str]:
    """The numbers of a page's sections, as they stand."""
    return re.findall(rf"^##+ ({NUMBER}) \S", page(name), re.MULTILINE)


def numbered(name: str) -> dict[str, str]:
    """What each section says, with the sections below it."""
    parts = re.split(r"^(?=##+ )", page(name), flags=re.MULTILINE)[1:]
    own = {found[1]: part for part in parts if (found := re.match(rf"##+ ({NUMBER}) \S", part))}
    return {
        number: "".join(part for each, part in own.items() if f"{each}.".startswith(f"{number}."))
        for number in own
    }


def facts(told: str) -> list[str]:
    """The points of a section, and the rows of its tables."""
    rows = re.findall(r"^\| (?!---).*$", told, re.MULTILINE)
    heads = re.findall(r"^(\| .*)\n\| ---", told, re.MULTILINE)
    points = re.findall(r"^- .*(?:\n  .*)*", told, re.MULTILINE)
    return points + [row for row in rows if row not in heads]


def is_sure(text: str) -> bool:
    """Whether it says how sure it is."""
    return any(word in " ".join(text.split()) for word in SURE)
