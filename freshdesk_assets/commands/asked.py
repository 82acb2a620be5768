"""From settings to the file that a reader's question is put to: the published copy, else the replica."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from freshdesk_assets.setting_paths import published_path
from freshdesk_assets.settings import Cipher, Settings
from freshdesk_assets.views import schemas
from freshdesk_assets.warehouse.asking import reading
from freshdesk_assets.warehouse.asking_lake import reading_lake
from freshdesk_assets.warehouse.destinations.ducklake import Lake
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.file import Connection, Warehouse, WarehouseError


@contextmanager
def asked(settings: Settings, writes_to: Path | None = None) -> Iterator[Connection]:
    """A connection to what can be read; raises WarehouseError if there is nothing yet, or it is in use.

    `writes_to` is a folder that files may be written to.
    """

    def waiting(said: str) -> None:
        sys.stderr.write(f"{said}\n")

    if lake := lake_of(settings):
        if not Warehouse(lake).exists():
            raise WarehouseError(
                f"There is nothing to read yet in {lake.name}: run freshdesk-assets sync first"
            )
        with reading_lake(lake, writes_to, settings.memory) as connection:
            yield connection
        return
    path, encryption = file_to_read(settings), encryption_of(settings)
    with reading(
        path,
        lock_wait=settings.lock_wait,
        report=waiting,
        encryption=encryption,
        writes_to=writes_to,
        memory_limit=settings.memory if writes_to else None,
    ) as connection:
        yield connection


def lake_of(settings: Settings) -> Lake | None:
    """The lake that the settings name; None if the replica is a file."""
    if (at := settings.lake) is None:
        return None
    return Lake(catalogue=at.catalogue, dsn=at.dsn, data_path=at.data_path, schema=at.schema)


def encryption_of(settings: Settings) -> Encryption | None:
    """The key of file and copy; None if there is none."""
    if settings.encryption_key is None:
        return None
    return Encryption(
        key=settings.encryption_key.get_secret_value(), built_in=settings.encryption_by is Cipher.MBEDTLS
    )


def file_to_read(settings: Settings) -> Path:
    """The published copy, or the replica where none was published; raises WarehouseError without either."""
    copy = published_path(settings.duckdb, settings.published, schemas())
    for path in (copy, settings.duckdb):
        if path is not None and path.is_file():
            return path
    raise WarehouseError(
        f"There is nothing to read yet: {settings.duckdb} does not exist. Run freshdesk-assets sync first,"
        " or set FRESHDESK_DUCKDB to a replica"
    )
