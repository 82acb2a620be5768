"""From links in rows to files in a folder: fetched at once, recorded file by file, what failed with why."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

from freshdesk_assets.extract.http.downloads import EXPIRED, TOO_LARGE, Downloads, Fetched, NotFetched
from freshdesk_assets.extract.http.errors import ConfigurationError, Unavailable
from freshdesk_assets.replication.file_store import FileStore, FolderError
from freshdesk_assets.schema.child import Child
from freshdesk_assets.warehouse.engines import let_go
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.attachment_files import (
    Attachment,
    Attempt,
    record_attempts,
    unfetched,
)

WORKERS = 4
"""How many files are fetched at a time."""

AT_ONCE = 16 * WORKERS
"""How many files are recorded at a time: a run that dies has no more of them to fetch anew."""

UNANSWERED = 8
"""After so many files in a row for which nothing answered, the others are not tried."""


@dataclass(slots=True)
class FetchedFiles:
    """What a run has fetched: files, and their bytes; those it could not fetch, by reason."""

    files: int = 0
    bytes: int = 0
    failed: dict[str, int] = field(default_factory=dict)

    def add(self, attempts: Sequence[Attempt]) -> None:
        """Count what became of attachments."""
        for each in attempts:
            if each.error:
                self.failed[each.error] = self.failed.get(each.error, 0) + 1
            else:
                self.files += 1
                self.bytes += each.bytes or 0


def fetch_files(
    warehouse: Warehouse,
    children: Sequence[Child],
    store: FileStore,
    downloads: Downloads,
    *,
    most: int,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> FetchedFiles:
    """Fetch every attachment of these child tables that is not fetched yet, or waits to be tried again.

    - `most`: bytes that a file may have.

    Raises FolderError where the folder cannot be written, and Unavailable where nothing answers. What was
    fetched until then is recorded.
    """
    store.prepare()
    done, began = FetchedFiles(), now()
    while True:
        with warehouse.open(checkpoint=False) as connection:
            wanted = unfetched(connection, children, began, most=most)
        if not wanted:
            return done
        for part in _parts(wanted):
            # Files may take minutes: others can open the replica meanwhile.
            let_go()
            attempts, wrong = _fetch_part(part, store, downloads, most)
            with warehouse.open(checkpoint=False) as connection:
                record_attempts(connection, attempts, now())
            done.add(attempts)
            if wrong:
                raise wrong


def _parts(wanted: Sequence[Attachment]) -> Iterator[Sequence[Attachment]]:
    for begin in range(0, len(wanted), AT_ONCE):
        yield wanted[begin : begin + AT_ONCE]


def _fetch_part(
    part: Sequence[Attachment], store: FileStore, downloads: Downloads, most: int
) -> tuple[list[Attempt], Exception | None]:
    """What became of some attachments, and the error that kept the others from being tried, if any."""
    attempts: list[Attempt] = []
    wrong: Exception | None = None
    silent = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(_fetch, each, store, downloads, most) for each in part]
        try:
            for each in running:
                if each.cancelled():
                    continue
                try:
                    attempt, answered = each.result()
                except (FolderError, ConfigurationError) as error:
                    wrong = wrong or error
                else:
                    attempts.append(attempt)
                    silent = 0 if answered else silent + 1
                    if silent == UNANSWERED:
                        wrong = wrong or _nobody(attempt)
                if wrong:
                    _cancel(running)
        except BaseException:
            # The run is stopped, or something is wrong that nobody thought of.
            _cancel(running)
            downloads.stop()
            raise
    return attempts, wrong


def _cancel(running: Sequence[Future[tuple[Attempt, bool]]]) -> None:
    for each in running:
        each.cancel()


def _nobody(attempt: Attempt) -> Unavailable:
    return Unavailable(
        f"The store of files did not answer for {UNANSWERED} files in a row, last: {attempt.error}. See"
        " whether this machine may reach it, as a browser does that opens an attachment. The next run tries"
        " again, as long as the links live."
    )


def _fetch(attachment: Attachment, store: FileStore, downloads: Downloads, most: int) -> tuple[Attempt, bool]:
    """What became of an attachment, and whether its store answered or was not asked."""
    if attachment.size is not None and attachment.size > most:
        return Attempt(attachment=attachment, error=TOO_LARGE, bytes=attachment.size), True
    if attachment.aged:
        return Attempt(attachment=attachment, error=EXPIRED, renew=True), True
    file = store.incoming()
    try:
        match downloads.fetch(attachment.link, file.begin, file.write):
            case Fetched(content_type=content_type):
                sha256, path = file.keep()
                attempt = Attempt(
                    attachment=attachment,
                    bytes=file.bytes,
                    sha256=sha256,
                    path=path,
                    content_type=content_type,
                )
                return attempt, True
            case NotFetched(reason=reason, passing=passing, answered=answered, bytes=size):
                large = reason == TOO_LARGE
                attempt = Attempt(
                    attachment=attachment,
                    error=reason,
                    bytes=(size or most + 1) if large else None,
                    again=passing,
                    renew=not large,
                )
                return attempt, answered
    finally:
        file.drop()
