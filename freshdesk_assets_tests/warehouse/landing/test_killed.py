"""Killed at any moment, the file opens, holds whole batches only, and the next run goes on from there."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from freshdesk_assets_tests.library import BOOKS, SHELVES
from freshdesk_assets_tests.warehouse.library import NOON, Library, page

LAND = """
import sys
from pathlib import Path
from freshdesk_assets.schema.page import ParentRead
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets_tests.library import BOOKS
from freshdesk_assets_tests.warehouse.library import Library, at, later, page

library = Library(Path(sys.argv[1]))
first = int(sys.argv[2])
with Spool(library.spools, BOOKS) as spool:
    for batch in range(first, first + 1000):
        for shelf in range(batch * 10, batch * 10 + 10):
            rows = (
                {"id": shelf * 20 + n, "shelf_id": shelf, "title": f"{batch} " * 100, "updated_at": at(batch)}
                for n in range(20)
            )
            # Each batch also takes a book from the first shelf of the one before it.
            moved = {"id": (shelf - 10) * 20, "shelf_id": shelf, "updated_at": at(batch)}
            settled = (ParentRead(id=shelf, version=later(batch)),)
            spool.add(page(*rows, *([moved] if shelf % 10 == 0 and batch else []), parents=settled))
        spool.add(page(covered_from=later(batch), covered_to=later(batch + 1)))
        with library.warehouse.open(checkpoint=batch % 3 > 0) as connection:
            land(connection, spool.take(), later(batch))
        print(batch, flush=True)
"""


def kill_and_check(library: Library, kills: int, chance: random.Random) -> int:
    """Run, kill, and look, so many times; returns the batches landed."""
    landed = 0
    for kill in range(kills):
        command = [sys.executable, "-c", LAND, str(library.folder), str(landed)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            said = process.stdout.readline()
            time.sleep(chance.uniform(0, 0.3))
            process.kill()
            said += process.stdout.read()
        assert said, f"the run after kill {kill} landed nothing"
        acknowledged = int(said.splitlines()[-1]) + 1
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
    ((parents, covered_minutes, stretches),) = library.query(
        "select (select count(distinct parent_id) from freshdesk_meta.parents_read),"
        " datediff('minute', min(covered_from), max(covered_to)), count(*) from freshdesk_meta.coverage"
    )
    assert (parents, covered_minutes, stretches) == (10 * batches, batches, 1)
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
