"""After a kill at any moment the file opens, has whole batches only, and the next run continues."""

import random
import time
from pathlib import Path

import pytest

from freshdesk_assets_tests.library import BOOKS, SHELVES
from freshdesk_assets_tests.programs import begun, line, rest
from freshdesk_assets_tests.warehouse.library import NOON, Library, page


def kill_and_check(library: Library, kills: int, chance: random.Random) -> int:
    """Run, kill, and look, so many times; returns the batches landed."""
    landed = 0
    for kill in range(kills):
        with begun("land_batches", library.folder, landed) as process:
            first = line(process)
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
            said = [first, *rest(process)]
        assert first, f"the run after kill {kill} landed nothing"
        acknowledged = int(said[-1]) + 1
        landed = check(library)
        # What was acknowledged is there; of the one under way all may be, or nothing.
        assert landed in (acknowledged, acknowledged + 1)
    return landed


def check(library: Library) -> int:
    """All that a batch stores agrees: rows, where they stand, the parents read, and the time covered."""
    rows, shelves, alive = library.row(
        BOOKS, "count(*), count(distinct shelf_id), count(*) filter (_deleted_at is null)"
    ).values()
    batches = int(rows) // 200
    assert (rows, shelves, alive) == (200 * batches, 10 * batches, rows)
    by_shelf = library.query(
        "select shelf_id, count(*) from file.freshdesk.books"
        " where shelf_id % 10 = 0 group by all order by all"
    )
    first, last = by_shelf[0], by_shelf[-1]
    assert (first, last) == ((0, 19 if batches > 1 else 20), (batches * 10 - 10, 21 if batches > 1 else 20))
    assert all(count == 20 for _, count in by_shelf[1:-1])
    ((parents, covered_minutes, intervals),) = library.query(
        "select (select count(distinct parent_id) from freshdesk_meta.parents_read),"
        " datediff('minute', min(covered_from), max(covered_to)), count(*) from freshdesk_meta.coverage"
    )
    assert (parents, covered_minutes, intervals) == (10 * batches, batches, 1)
    return batches


def finish(library: Library, kills: int) -> None:
    library.shape(SHELVES, BOOKS)
    landed = kill_and_check(library, kills, random.Random(kills))
    assert landed >= kills
    library.land(BOOKS, page({"id": -1, "shelf_id": -1}), moment=NOON)
    assert len(library.living(BOOKS)) == 200 * landed + 1
    assert [path.name for path in library.folder.iterdir() if path.name.endswith((".tmp", ".wal"))] == []
    assert list(library.spools.iterdir()) == []


def test_a_killed_process_leaves_whole_batches(tmp_path: Path) -> None:
    finish(Library(tmp_path), kills=12)


@pytest.mark.slow
def test_a_process_killed_a_hundred_times_leaves_whole_batches(tmp_path: Path) -> None:
    finish(Library(tmp_path), kills=100)
