"""Lists in pages by number: what stays as it is is read, whatever else comes, goes or moves meanwhile."""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
import pytest

from freshdesk_assets.extract.http.client import Reply
from freshdesk_assets.extract.http.errors import UnexpectedReply
from freshdesk_assets.extract.offsets import PATIENCE, Slice, read_offsets
from freshdesk_assets.extract.rows import RowReader
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets.tables.companies import companies
from freshdesk_assets_tests.extract.bookshop import (
    BOOKS,
    LISTED,
    Book,
    Shop,
    book,
    decoded,
    newest,
    open_shop,
    reading,
)


@dataclass
class Shelf:
    """A list of books that may change before each page is given out."""

    books: list[Book]
    change: Callable[[], object] = lambda: None
    asked: list[tuple[int, int]] = field(default_factory=list)

    def fetch(self, page: int, size: int) -> Reply[list[bytes]]:
        self.change()
        self.asked.append((page, size))
        start = (page - 1) * size
        shown = [msgspec.json.encode(each) for each in self.books[start : start + size]]
        following = f"http://shop/books?page={page + 1}" if len(self.books) > start + size else None
        return Reply(shown, following, datetime(2026, 3, 2, tzinfo=UTC))

    def read(self, last_page: int | None = None) -> Iterator[Slice]:
        return read_offsets(self.fetch, RowReader(BOOKS), where="books", last_page=last_page)


def test_a_list_costs_a_seventh_more_calls_than_it_has_pages_and_short_ones_none() -> None:
    """The price of never losing a row; nothing up to 198 rows, where most lists end."""
    for count in (0, 1, 99, 100, 101, 198, 1000, 5000, 30_000):
        shelf = Shelf([book(number) for number in range(count)])
        parts = list(shelf.read())
        assert {row for part in parts for row in part.rows} == {msgspec.json.encode(b) for b in shelf.books}
        plain = max(1, -(-count // 100))
        assert len(shelf.asked) <= (plain if count <= 198 else plain + max(1, 0.145 * plain))
        assert [part.more for part in parts] == [True] * (len(parts) - 1) + [False]
        assert all(part.steady for part in parts)


@pytest.mark.parametrize("seed", range(150))
def test_a_row_that_stays_as_it_is_is_read(seed: int) -> None:
    """Singer's Freshdesk tap lost rows so: one leaves, the rest moves up, the next page begins too late."""
    rng = random.Random(seed)
    shelf = Shelf([book(number) for number in range(rng.choice((150, 450, 1200)))])
    untouched = {each["id"] for each in shelf.books}
    fresh = iter(range(10_000, 99_999))

    def change() -> None:
        for _ in range(rng.choice((0, 1, 2, 5))):
            place = rng.choice((0, rng.randrange(len(shelf.books)))) if shelf.books else 0
            match rng.choice(("leave", "leave", "enter", "move", "crowd leaves", "crowd enters")):
                case "leave":
                    untouched.difference_update(each["id"] for each in shelf.books[place : place + 1])
                    del shelf.books[place : place + 1]
                case "enter":
                    shelf.books.insert(place, book(next(fresh)))
                case "move" if shelf.books:
                    moving = shelf.books.pop(place)
                    untouched.discard(moving["id"])
                    shelf.books.insert(
                        rng.randrange(len(shelf.books) + 1), {**moving, "updated_at": str(next(fresh))}
                    )
                case "crowd leaves" if rng.random() < 0.15:
                    untouched.difference_update(each["id"] for each in shelf.books[place : place + 230])
                    del shelf.books[place : place + 230]
                case "crowd enters" if rng.random() < 0.1:
                    shelf.books[place:place] = [book(next(fresh)) for _ in range(120)]
                case _:
                    pass

    shelf.change = change
    read = {msgspec.json.decode(row)["id"] for part in shelf.read() for row in part.rows}
    assert untouched <= read


@pytest.mark.parametrize("seed", range(150))
def test_a_list_that_stayed_steady_holds_everything(seed: int) -> None:
    """A row renamed from Z to A between two pages is in neither; it must not be taken for deleted."""
    rng = random.Random(seed)
    shelf = Shelf([book(number) for number in range(700)])

    def change() -> None:
        if shelf.asked and rng.random() < 0.1:
            moving = shelf.books.pop(rng.randrange(len(shelf.books)))
            shelf.books.insert(rng.randrange(len(shelf.books)), {**moving, "updated_at": "later"})

    shelf.change = change
    parts = list(shelf.read())
    read = {msgspec.json.decode(row)["id"] for part in parts for row in part.rows}
    assert not parts[-1].steady or len(read) == 700
    if seed == 0:
        shelf.change = lambda: None
        assert list(shelf.read())[-1].steady


def test_thousands_of_rows_removed_at_once_are_no_endless_list() -> None:
    """Going back takes a call per page that went."""
    shelf = Shelf([book(number) for number in range(12_000)])

    def change() -> None:
        if len(shelf.asked) == 120:
            del shelf.books[:9000]

    shelf.change = change
    read = {msgspec.json.decode(row)["id"] for part in shelf.read() for row in part.rows}
    assert read >= {each["id"] for each in shelf.books}


def test_up_to_three_hundred_pages_are_read_and_not_one_more() -> None:
    """Page 301 of the tickets is a 400, which smaller pages must not meet before it is due."""
    shelf = Shelf([book(number) for number in range(29_700)])
    assert {row for part in shelf.read(300) for row in part.rows} == {
        msgspec.json.encode(each) for each in shelf.books
    }
    shelf = Shelf([book(number) for number in range(30_100)])
    with pytest.raises(UnexpectedReply, match=r"29,700 rows that share one second"):
        list(shelf.read(300))
    assert 295 <= max(page for page, _ in shelf.asked) <= 300


@pytest.mark.parametrize(
    "shop",
    [
        Shop(link=lambda page: page),
        Shop(link=lambda page: max(1, page - 1)),
    ],
    ids=["itself", "backwards"],
)
def test_a_link_that_leads_back_ends_the_reading(shop: Shop) -> None:
    """Followed, it would be read for ever."""
    shop.books = [book(number) for number in range(150)]
    with open_shop(shop), reading(shop) as reader, pytest.raises(UnexpectedReply, match="Link names page 1"):
        list(reader.read_full(LISTED))
    assert len(shop.asked) == 1


def test_a_list_that_never_ends_is_given_up() -> None:
    """Freshdesk bills every call."""
    numbers = iter(range(10**9))
    shelves: dict[str, Callable[[int, int], list[Book]]] = {
        "the same page over and over": lambda page, size: [book(number) for number in range(size)],
        "nothing, and more of it": lambda page, size: [],
        "other rows on every call": lambda page, size: [book(next(numbers)) for _ in range(size)],
    }
    for name, rows in shelves.items():
        asked = []

        def fetch(page: int, size: int, rows: Callable[[int, int], list[Book]] = rows) -> Reply[list[bytes]]:
            asked.append(page)  # noqa: B023
            shown = [msgspec.json.encode(each) for each in rows(page, size)]
            return Reply(shown, f"http://shop/books?page={page + 1}", None)

        with pytest.raises(UnexpectedReply, match="brought little or nothing new"):
            list(read_offsets(fetch, RowReader(BOOKS), where="books"))
        assert len(asked) <= PATIENCE + 3, name


def test_a_list_goes_on_after_a_full_page_though_a_gateway_took_the_link() -> None:
    """The rows behind it would be missing without a word, and be taken for deleted."""
    with serve(World(tickets=10, companies=350)) as server, reading(server) as reader:
        server.faults.add("odd_headers", path="companies", times=100, headers={"Link": None})
        pages = list(reader.read_full(companies))
        assert newest(decoded(iter(pages))) == server.world.truth_companies()
        assert [page.completes for page in pages] == [False] * (len(pages) - 1) + [True]


def test_a_full_page_at_the_end_of_a_list_costs_no_call_once_a_link_was_seen() -> None:
    """Until then it costs one, which brings a row that is known: one list in a hundred ends so."""
    with open_shop(Shop([book(number) for number in range(100)])) as shop, reading(shop) as reader:
        assert {row["id"] for row in decoded(reader.read_full(LISTED))} == set(range(100))
        assert len(shop.asked) == 2
        shop.books.append(book(100))
        list(reader.read_full(LISTED))
        assert len(shop.asked) == 2 + 2
        shop.books.pop()
        list(reader.read_full(LISTED))
        assert len(shop.asked) == 4 + 1


def test_a_list_goes_on_after_a_short_page_with_a_link() -> None:
    """It may be one with rows left out."""
    for shop in (
        Shop(most=30),
        Shop(most=80),
        Shop(hidden=frozenset(range(90))),
        Shop(hidden=frozenset(range(500))),
        Shop(hidden=frozenset(range(0, 600, 2))),
    ):
        shop.books = [book(number) for number in range(600)]
        with open_shop(shop), reading(shop) as reader:
            read = {row["id"] for row in decoded(reader.read_full(LISTED))}
        assert read == set(range(600)) - shop.hidden
        assert len(shop.asked) <= 21


@pytest.mark.parametrize("link_style", ["plain", "docs"])
def test_both_spellings_of_a_link_are_followed(link_style: str) -> None:
    """The documentation prints it with other blanks than recorded replies have."""
    with serve(World(tickets=10, companies=350), link_style=link_style) as server, reading(server) as reader:
        read = newest(decoded(reader.read_full(companies)))
        assert read == server.world.truth_companies()
        assert len(read) == 350


def test_a_link_says_that_there_is_more_and_the_account_is_asked_for_it() -> None:
    """Gateways leave the host behind them, or http, in the address; followed, it would be given the key."""
    with serve(World(tickets=10, companies=150)) as server, reading(server) as reader:
        server.faults.add("link_elsewhere", path="companies")
        assert newest(decoded(reader.read_full(companies))) == server.world.truth_companies()
        server.faults.add("link_loop", path="companies")
        with pytest.raises(UnexpectedReply, match="Link names page 1"):
            list(reader.read_full(companies))


@pytest.mark.parametrize("seed", range(4))
def test_companies_that_come_go_and_are_renamed_meanwhile_hide_no_other(seed: int) -> None:
    """The same over HTTP, in the order by name that Freshdesk keeps."""
    rng = random.Random(seed)
    world = World(seed=seed, tickets=10, companies=700)
    untouched = set(world.truth_companies())
    with serve(world) as server, reading(server) as reader:

        def change(info: object) -> None:
            numbers = sorted(world.truth_companies())
            leaving = rng.sample(numbers, k=rng.choice((0, 1, 3)))
            if rng.random() < 0.2:
                by_name = sorted(numbers, key=lambda number: world.tables["companies"][number]["name"])
                leaving = by_name[:130]
            for number in leaving:
                world.delete_company(number)
            moving = rng.sample(sorted(set(numbers) - set(leaving)), k=2)
            for number in moving:
                world.rename_company(number, rng.choice("AMZ") + f" {number}")
            world.create_company(name=rng.choice(("A first", "Z last")) + f" {len(untouched)}")
            untouched.difference_update(leaving, moving)

        server.before_request(change)
        pages = list(reader.read_full(companies))
    assert untouched <= newest(decoded(pages)).keys()
    assert not any(page.completes for page in pages)


def test_pages_are_handed_on_as_they_come() -> None:
    """Memory does not grow with the list."""
    with open_shop(Shop([book(number) for number in range(1000)])) as shop, reading(shop) as reader:
        with closing(reader.read_full(LISTED)) as pages:  # type: ignore[type-var]
            for calls in (1, 2, 3):
                next(pages)
                assert len(shop.asked) == calls
        assert len(shop.asked) == 3


def test_no_choice_of_pages_would_reach_further_in_as_many_calls() -> None:
    """Each page begins before the end of the last, at a multiple of its size: all such choices, tried."""
    shelf = Shelf([book(number) for number in range(4000)])
    list(shelf.read())
    ends = {100}
    for page, size in shelf.asked[1:-1]:
        ends = {((end - 1) // each + 1) * each for end in ends for each in range(2, 101)}
        ends = {end for end in ends if end > max(ends) - 300}
        assert page * size == max(ends)
