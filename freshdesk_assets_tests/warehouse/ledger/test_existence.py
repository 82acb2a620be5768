"""Doubts are raised by lists, settled by answers, and forgotten when the row is sent again."""

from datetime import datetime, timedelta
from typing import Any

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import bigint, boolean, text
from freshdesk_assets.schema.endpoint import Existence
from freshdesk_assets.schema.page import Doubt, Fate, ParentRead, Verdict
from freshdesk_assets.schema.sync import LookBack, PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets.warehouse.ledger.existence import (
    ASKED_AGAIN_AFTER,
    doubt_unlisted,
    next_interval,
    open_doubts,
    record_verified,
)
from freshdesk_assets.warehouse.ledger.parents import Asked, pending
from freshdesk_assets_tests.library import ID, UPDATED_AT, declared
from freshdesk_assets_tests.warehouse.library import NOON, Library, at, later, page

READERS = declared(
    "readers",
    columns=(ID, text("name", "Name."), boolean("archived", "Whether in the cellar."), UPDATED_AT),
    existence=Existence("readers/{id}", archived="cellar/{id}", flag="archived", idle="name = 'idle'"),
)
VISITS = declared(
    "visits",
    sync=LookBack(after="from", cursor="updated_at", days=3),
    belongs_to="reader_id",
    existence=Existence("readers/{reader_id}/visits"),
    columns=(ID, bigint("reader_id", "Who came.", references="readers.id"), UPDATED_AT),
)
LETTERS = declared(
    "letters",
    path="readers/{id}/letters",
    sync=PerParent("readers", "reader_id"),
    columns=(ID, bigint("reader_id", "Whose it is.", references="readers.id"), UPDATED_AT),
)
CATALOG = Catalog([READERS, VISITS, LETTERS])
LONG_AGO, TONIGHT = later(10_000), later(20_000)


def put(library: Library, table: Table, *rows: dict[str, Any], moment: datetime = NOON, **said: Any) -> None:
    """Land rows as the engine does, with what belongs to their table."""
    belonging = {each.name: CATALOG.belonging_to(each.name) for each in CATALOG}
    with Spool(library.spools, table, belonging) as spool:
        library.land_from(spool, page(*rows, **said), moment=moment)


def readers(library: Library, *ids: int, minutes: float = 0, moment: datetime = NOON, name: str = "") -> None:
    rows = [{"id": id_, "name": name, "updated_at": at(minutes + id_)} for id_ in ids]
    put(library, READERS, *rows, moment=moment)


def listed(library: Library, table: Table, *ids: int, moment: datetime = LONG_AGO, until: float = 100) -> int:
    with library.warehouse.open() as connection:
        return doubt_unlisted(connection, table, ids, NOON, later(until), moment)


def asked(library: Library, table: Table, limit: int = 10, now: datetime = TONIGHT) -> list[Doubt]:
    assert table.existence
    with library.warehouse.open() as connection:
        return open_doubts(connection, table, table.existence, now=now, limit=limit)


def answered(library: Library, table: Table, *ids: int, fate: Fate, moment: datetime = TONIGHT) -> None:
    verdicts = tuple(Verdict(id=id_, fate=fate) for id_ in ids)
    put(library, table, verdicts=verdicts, moment=moment)


def test_the_oldest_doubt_is_asked_first(library: Library) -> None:
    """The row that has been wrong for longest has misled most."""
    readers(library, 1, 2, 3, 4)
    assert listed(library, READERS, 1, 2, 3) == 1
    assert listed(library, READERS, 1, 3, moment=LONG_AGO + timedelta(days=1)) == 1
    assert [doubt.id for doubt in asked(library, READERS)] == [4, 2]
    assert [doubt.id for doubt in asked(library, READERS, limit=1)] == [4]


def test_only_the_interval_that_was_listed_is_doubted(library: Library) -> None:
    readers(library, 1, 2, 3, 4)
    assert listed(library, READERS, until=3) == 2
    assert sorted(doubt.id for doubt in asked(library, READERS)) == [1, 2]


def test_a_row_that_was_sent_again_is_doubted_no_more(library: Library) -> None:
    """It changed while the list was read, and was met further on, or by the next sync."""
    readers(library, 1, 2)
    listed(library, READERS)
    readers(library, 1, minutes=50, moment=TONIGHT)
    assert [doubt.id for doubt in asked(library, READERS)] == [2]


def test_what_rests_is_asked_for_in_the_archive_first(library: Library) -> None:
    readers(library, 1)
    readers(library, 2, name="idle")
    listed(library, READERS)
    assert {doubt.id: doubt.idle for doubt in asked(library, READERS)} == {1: False, 2: True}


def test_what_is_archived_is_marked_and_never_doubted_again(library: Library) -> None:
    """It leaves every list as a deleted row does, and is as good as ever."""
    readers(library, 1, 2)
    listed(library, READERS)
    answered(library, READERS, 1, fate=Fate.ARCHIVED)
    assert library.rows(READERS, "id, archived, _deleted_at is null") == [(1, True, True), (2, None, True)]
    assert [doubt.id for doubt in asked(library, READERS)] == [2]
    assert listed(library, READERS) == 0


def test_what_freshdesk_would_not_say_is_asked_again_after_a_while(library: Library) -> None:
    """A key without the right would else cost a credit for it every night."""
    readers(library, 1)
    listed(library, READERS)
    answered(library, READERS, 1, fate=Fate.UNKNOWN)
    assert library.living(READERS) == [1]
    assert asked(library, READERS) == []
    later_on = TONIGHT + ASKED_AGAIN_AFTER + timedelta(minutes=1)
    assert [doubt.id for doubt in asked(library, READERS, now=later_on)] == [1]


def test_what_belongs_to_a_row_goes_with_it_and_comes_back(library: Library) -> None:
    """Rows with lists of their own are read again; the others come back, but for what was gone before."""
    readers(library, 1, 2)
    put(
        library,
        VISITS,
        {"id": 10, "reader_id": 1, "updated_at": at(0)},
        {"id": 11, "reader_id": 1, "updated_at": at(0)},
        {"id": 20, "reader_id": 2, "updated_at": at(0)},
    )
    letters = [{"id": 5, "reader_id": 1, "updated_at": at(0)}]
    reads = tuple(ParentRead(id=id_, version=later(id_), at=TONIGHT) for id_ in (1, 2))
    put(library, LETTERS, *letters, parents=reads)
    answered(library, VISITS, 11, fate=Fate.GONE, moment=LONG_AGO)
    listed(library, READERS, 2)
    answered(library, READERS, 1, fate=Fate.GONE)
    assert (library.living(READERS), library.living(VISITS), library.living(LETTERS)) == ([2], [20], [])
    readers(library, 1, moment=TONIGHT + timedelta(days=1))
    assert (library.living(READERS), library.living(VISITS)) == ([1, 2], [10, 20])
    with library.warehouse.open() as connection:
        assert [each.id for each in pending(connection, LETTERS, Asked(source=READERS)).parents] == [1]


def test_entries_of_one_row_are_asked_for_in_one_call(library: Library) -> None:
    put(
        library,
        VISITS,
        {"id": 10, "reader_id": 7, "updated_at": at(0)},
        {"id": 11, "reader_id": 7, "updated_at": at(1)},
        {"id": 12, "reader_id": 8, "updated_at": at(2)},
    )
    listed(library, VISITS)
    assert [(doubt.id, doubt.rows) for doubt in asked(library, VISITS)] == [(7, (10, 11)), (8, (12,))]


def test_what_was_verified_longest_ago_comes_first(library: Library) -> None:
    """A night's budget may not be enough for all intervals, and each must be verified some night."""
    readers(library, *range(1, 9))

    def following(before: datetime, rows: int = 100) -> tuple[float, float] | None:
        with library.warehouse.open() as connection:
            found = next_interval(connection, READERS, until=later(20), before=before, rows=rows)
        return found and tuple((moment - NOON).total_seconds() / 60 for moment in found)  # type: ignore[return-value]

    def verify(start: float, end: float, when: datetime) -> None:
        with library.warehouse.open() as connection:
            record_verified(connection, READERS, later(start), later(end), when)

    assert following(LONG_AGO) == (1, 20)
    start, end = following(LONG_AGO, rows=3) or (0, 0)
    assert (start, 3 < end < 4) == (1, True)
    verify(1, 4, LONG_AGO)
    verify(4, 6, LONG_AGO - timedelta(days=1))
    assert following(TONIGHT) == (6, 20)
    verify(6, 20, LONG_AGO)
    assert following(TONIGHT) == (4, 6)
    verify(4, 6, TONIGHT)
    assert following(TONIGHT) == (1, 4)
    verify(1, 4, TONIGHT)
    verify(6, 20, TONIGHT)
    assert following(TONIGHT) is None
    assert library.query("select count(*) from freshdesk_meta.verified") == [(1,)]


def test_more_rows_in_one_second_than_fit_are_one_interval(library: Library) -> None:
    """A bulk update gives hundreds of rows one time; an interval must not end among them."""
    put(library, READERS, *({"id": id_, "updated_at": at(0)} for id_ in range(1, 8)))
    with library.warehouse.open() as connection:
        found = next_interval(connection, READERS, until=later(20), before=LONG_AGO, rows=3)
    assert found == (NOON, NOON + timedelta(seconds=1))
