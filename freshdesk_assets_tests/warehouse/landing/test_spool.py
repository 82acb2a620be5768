"""Rows wait on disk, a line each, in folders that outlive nobody."""

import os
import time
from pathlib import Path

import pytest

from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.warehouse.landing.spool import Landed, Spool
from freshdesk_assets.warehouse.landing.spool_folders import YOUNG
from freshdesk_assets_tests.library import SPECIMENS
from freshdesk_assets_tests.programs import begun, line
from freshdesk_assets_tests.warehouse.library import NOON, Library, later, page


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "spool"


def test_a_batch_is_what_came_since_the_last_one(root: Path) -> None:
    with Spool(root, SPECIMENS) as spool:
        spool.add(page({"id": 1}, {"id": 2}, covered_from=NOON, covered_to=later(1)))
        spool.add(page(parents=(ParentRead(id=1),)))
        assert (spool.rows, spool.parents) == (2, 1)
        first = spool.take()
        assert (spool.rows, spool.bytes, spool.parents) == (0, 0, 0)
        spool.add(page({"id": 3}, completes=True))
        second = spool.take_last(Landed(read=2))
    assert [file.path.read_bytes() for file in first.files] == [b'{"id": 1}\n{"id": 2}\n']
    assert first.bytes == len(first.files[0].path.read_bytes())
    assert (first.covered, first.parents) == ([("all", NOON, later(1))], [ParentRead(id=1)])
    assert (first.completes, first.folder) == (False, None)
    assert [file.path.read_bytes() for file in second.files] == [b'{"id": 3}\n']
    assert (second.completes, second.landed, second.covered) == (True, Landed(read=2), [])
    assert second.folder is not None
    assert second.folder.is_dir()


def test_a_folder_that_was_not_given_away_is_removed(root: Path) -> None:
    with pytest.raises(ZeroDivisionError), Spool(root, SPECIMENS) as spool:
        spool.add(page({"id": 1 // (len(list(root.iterdir())) - 1)}))
    assert list(root.iterdir()) == []


def test_a_batch_of_nothing_settles_nothing(root: Path) -> None:
    with Spool(root, SPECIMENS) as spool:
        spool.add(page(covered_from=NOON, covered_to=NOON))
        assert spool.take().settles_nothing
        for said in (
            page({"id": 1}),
            page(b"7"),
            page(completes=True),
            page(parents=(ParentRead(id=1),)),
            page(covered_from=NOON, covered_to=later(1)),
        ):
            spool.add(said)
            assert not spool.take().settles_nothing


def test_a_row_is_one_line_whatever_stands_between_its_values(library: Library) -> None:
    rows = (b'\n{\r\n  "id": 1,\n\t"title": "a\\nb"\n}\n', b'{"id": 2, "title": "c\nd\re"}')
    library.land(SPECIMENS, page(*rows))
    assert library.rows(SPECIMENS, "id, title") == [(1, "a\nb"), (2, "c\nd\re")]


def test_rows_stay_in_the_order_of_their_pages(root: Path) -> None:
    """Of two rows with one version the one read later counts, from either list."""
    with Spool(root, SPECIMENS) as spool:
        for number, listing in enumerate(("a", "a", "b", "a")):
            spool.add(page({"id": number}, listing=listing))
        files = spool.take().files
        spool.add(page({"id": 4}, listing="a"))
        files += spool.take().files
    assert [file.rows for file in files] == [2, 1, 1, 1]
    assert len({file.path for file in files}) == 4


def test_rows_that_are_set_aside_count_towards_a_full_batch(root: Path) -> None:
    """They wait in memory: a list of nothing else must not fill it."""
    with Spool(root, SPECIMENS) as spool:
        spool.add(page(*[b'{"title": "no key"}'] * 10))
        assert (spool.rows, spool.bytes) == (10, 190)
        assert spool.take().rejected == [b'{"title": "no key"}'] * 10


def test_folders_of_dead_processes_are_removed_and_those_of_living_ones_kept(root: Path) -> None:
    """In a container the next process has the id of the one that died; its lock says who lives."""
    with begun("hold_spool", root) as dead, begun("hold_spool", root) as living:
        left, kept = Path(line(dead)), Path(line(living))
        dead.kill()
        dead.wait()
        with Spool(root, SPECIMENS) as ours, Spool(root, SPECIMENS) as second:
            assert {each.name for each in root.iterdir()} == {
                kept.name,
                ours.folder.name,
                second.folder.name,
            }
        assert left != kept


def test_a_folder_being_made_is_not_taken_for_an_abandoned_one(root: Path) -> None:
    root.mkdir()
    young, old = root / "1-specimens-a", root / "1-specimens-b"
    for folder in (young, old):
        folder.mkdir()
    long_ago = time.time() - 2 * YOUNG
    os.utime(old, (long_ago, long_ago))
    with Spool(root, SPECIMENS):
        assert young.exists()
        assert not old.exists()


def test_counts_of_batches_add_up() -> None:
    one = Landed(read=1, inserted=2, updated=3, deleted=4, rejected=5, odd=6)
    assert one + one == Landed(read=2, inserted=4, updated=6, deleted=8, rejected=10, odd=12)
