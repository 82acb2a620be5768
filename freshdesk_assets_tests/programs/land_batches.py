"""`land_batches FOLDER FIRST`: land batch after batch of books from a number on, and print each number.

A batch is twenty books on each of ten shelves. Its first shelf takes a book from the batch before.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from freshdesk_assets.schema.page import Page, ParentRead
from freshdesk_assets.warehouse.landing.merging import land
from freshdesk_assets.warehouse.landing.spool import Spool
from freshdesk_assets_tests.library import BOOKS
from freshdesk_assets_tests.warehouse.library import Library, at, later, page


def pages(batch: int) -> Iterator[Page]:
    for shelf in range(batch * 10, batch * 10 + 10):
        rows = [
            {"id": shelf * 20 + n, "shelf_id": shelf, "title": f"{batch} " * 100, "updated_at": at(batch)}
            for n in range(20)
        ]
        if shelf % 10 == 0 and batch:
            rows.append({"id": (shelf - 10) * 20, "shelf_id": shelf, "updated_at": at(batch)})
        yield page(*rows, parents=(ParentRead(id=shelf, version=later(batch)),))
    yield page(covered_from=later(batch), covered_to=later(batch + 1))


def main(library: Library, first: int) -> None:
    with Spool(library.spools, BOOKS) as spool:
        for batch in range(first, first + 1000):
            for each in pages(batch):
                spool.add(each)
            with library.warehouse.open(checkpoint=batch % 3 > 0) as connection:
                land(connection, spool.take(), later(batch))
            print(batch, flush=True)


if __name__ == "__main__":
    main(Library(Path(sys.argv[1])), int(sys.argv[2]))
