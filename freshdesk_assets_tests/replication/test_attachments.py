"""Which files are fetched, when they are tried again, and when no more are asked for: of invented shelves."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.extract.http.downloads import Downloads
from freshdesk_assets.extract.http.errors import Unavailable
from freshdesk_assets.replication.attachments import UNANSWERED, FetchedFiles, fetch_files
from freshdesk_assets.replication.file_store import FileStore
from freshdesk_assets.schema.child import Child, Elements
from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.attachment_files import LINKS_LIVE, MOST_TRIES, RETRY_AFTER, retry_due
from freshdesk_assets.warehouse.shape import ensure_shape
from freshdesk_assets_tests.serving import Reply, Request, serving

COVERS = Child(
    name="shelf_covers",
    doc="One row per picture of a shelf's books.",
    parent="shelves",
    by="shelf_id",
    cut=Elements("covers"),
    columns=(
        bigint("id", "Picture's id.", path="value.id"),
        bigint("size", "Bytes.", path="value.size"),
        text("url", "Link.", path="value.url"),
        timestamp("updated_at", "When it last changed.", path="value.updated_at"),
    ),
    key=("position",),
    files="url",
)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Shelves:
    """A file with one child table, and the store that has its pictures."""

    def __init__(self, folder: Path, url: str) -> None:
        self.warehouse = Warehouse(folder / "replica.duckdb")
        self.store = FileStore(folder / "files")
        self.url, self.now = url, NOON
        self.status: dict[str, int] = {}
        self.asked: list[str] = []
        with self.warehouse.open() as connection:
            ensure_shape(connection, COVERS)

    def answer(self, request: Request) -> Reply:
        name = request.target.removeprefix("/")
        self.asked.append(name)
        return Reply(status=self.status.get(name, 200), body=name.encode())

    def add(self, id_: int, name: str, **different: Any) -> None:
        """A picture whose link leads to a name in the store."""
        row = {"shelf_id": 1, "id": id_, "size": len(name), "url": f"{self.url}/{name}", "position": id_}
        row |= {"_synced_at": self.now, **different}
        with self.warehouse.open() as connection:
            connection.execute(
                f"insert into freshdesk.shelf_covers ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                list(row.values()),
            )

    def change(self, sql: str) -> None:
        with self.warehouse.open() as connection:
            connection.execute(sql)

    def fetch(self, later: timedelta = timedelta(0), most: int = 1000) -> FetchedFiles:
        """What a run does, so much later; nobody waits between attempts."""
        self.now += later
        self.asked.clear()
        with Downloads(most=most, attempts=2, sleep=lambda seconds: None) as downloads:
            return fetch_files(
                self.warehouse, [COVERS], self.store, downloads, most=most, now=lambda: self.now
            )

    def ledger(self, columns: str) -> list[Any]:
        with self.warehouse.open() as connection:
            return connection.execute(
                f"select {columns} from freshdesk_meta.attachment_files order by id, size"
            ).fetchall()

    @property
    def due(self) -> bool:
        with self.warehouse.open() as connection:
            return retry_due(connection, self.now)


@pytest.fixture
def shelves(tmp_path: Path) -> Iterator[Shelves]:
    made: list[Shelves] = []
    with serving(lambda request: made[0].answer(request)) as url:
        made.append(Shelves(tmp_path, url))
        yield made[0]


def test_each_file_is_fetched_once_and_none_of_a_deleted_row(shelves: Shelves) -> None:
    shelves.add(1, "one")
    shelves.add(2, "two", position=2)
    shelves.add(2, "two", position=3)
    shelves.add(3, "three", _deleted_at=NOON)
    shelves.add(4, "four", url=None)
    assert shelves.fetch() == FetchedFiles(files=2, bytes=6)
    assert sorted(shelves.asked) == ["one", "two"]
    assert shelves.fetch(timedelta(days=30)) == FetchedFiles()
    assert shelves.asked == []


def test_a_file_of_another_size_or_time_is_another_file(shelves: Shelves) -> None:
    """What it was stays, in the folder and in the table."""
    shelves.add(1, "one")
    shelves.fetch()
    shelves.change(
        f"update freshdesk.shelf_covers set size = 5, url = '{shelves.url}/three', updated_at = now()"
    )
    assert shelves.fetch().files == 1
    assert len(shelves.ledger("path")) == 2
    assert {(shelves.store.folder / path).read_text() for (path,) in shelves.ledger("path")} == {
        "one",
        "three",
    }


def test_what_may_pass_is_tried_again_more_and_more_seldom(shelves: Shelves) -> None:
    """The run that it waits for is not left out as one that finds nothing new."""
    shelves.add(1, "one")
    shelves.status["one"] = 503
    assert shelves.fetch().failed == {"status 503": 1}
    assert len(shelves.asked) == 2
    for wait in (*RETRY_AFTER, RETRY_AFTER[-1]):
        assert not shelves.due
        assert shelves.fetch(wait - MINUTE) == FetchedFiles()
        shelves.now += MINUTE
        assert shelves.due
        assert shelves.fetch().failed == {"status 503": 1}
    shelves.status.clear()
    assert shelves.fetch(RETRY_AFTER[-1]).files == 1
    assert shelves.ledger("tries, error, retry_at, renew") == [(6, None, None, False)]
    assert not shelves.due


def test_another_link_is_tried_at_once_but_not_for_ever(shelves: Shelves) -> None:
    """A file that is gone would be asked for with each link that its row ever has."""
    shelves.add(1, "one")
    shelves.status["one"] = 404
    assert shelves.fetch().failed == {"not there": 1}
    assert shelves.fetch(timedelta(days=1)) == FetchedFiles()
    for number in range(MOST_TRIES + 5):
        shelves.status[f"one?{number}"] = 404
        shelves.change(f"update freshdesk.shelf_covers set url = '{shelves.url}/one?{number}'")
        shelves.fetch()
    assert shelves.ledger("tries, error, renew") == [(MOST_TRIES, "not there", False)]


def test_a_link_that_must_be_over_is_not_asked_for(shelves: Shelves) -> None:
    """Of an old replica that is to have its files from now on, most links are."""
    shelves.add(1, "one", _synced_at=NOON - LINKS_LIVE - MINUTE)
    shelves.add(2, "two", _synced_at=NOON - LINKS_LIVE)
    assert shelves.fetch() == FetchedFiles(files=1, bytes=3, failed={"expired or refused": 1})
    assert shelves.asked == ["two"]


def test_a_file_that_is_too_large_is_fetched_when_it_is_not(shelves: Shelves) -> None:
    """Whether Freshdesk says so, or only what comes."""
    shelves.add(1, "x" * 50)
    shelves.add(2, "y" * 50, size=None)
    assert shelves.fetch(most=20).failed == {"too large": 2}
    assert shelves.asked == ["y" * 50]
    assert shelves.ledger("bytes, sha256, renew") == [(50, None, False)] * 2
    assert shelves.fetch(most=49) == FetchedFiles()
    assert shelves.fetch(most=50).files == 2


def test_where_nothing_answers_the_others_are_not_tried(shelves: Shelves) -> None:
    """A machine that may not reach the store would wait for each of a hundred thousand files."""
    with serving(lambda request: Reply()) as gone:
        pass
    for number in range(60):
        shelves.add(number, "one", url=f"{gone}/{number}?Signature=s3cret")
    with pytest.raises(Unavailable, match=f"did not answer for {UNANSWERED} files in a row") as wrong:
        shelves.fetch()
    assert "Signature" not in str(wrong.value)
    assert UNANSWERED <= len(shelves.ledger("id")) < 60
    shelves.change(f"update freshdesk.shelf_covers set url = concat('{shelves.url}/', id)")
    assert shelves.fetch(timedelta(hours=1)).files == 60
