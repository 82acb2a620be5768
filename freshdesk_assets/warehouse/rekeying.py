"""From a file of one key, or of none, to the same file of another: its rows, written anew."""

import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from shutil import copymode

import duckdb

from freshdesk_assets.warehouse.complaints import unopened
from freshdesk_assets.warehouse.destinations.duckdb_file import ROW_GROUP_SIZE, is_lock
from freshdesk_assets.warehouse.encryption import Encryption, NoCipher, option, prepare
from freshdesk_assets.warehouse.engines import let_go
from freshdesk_assets.warehouse.file import Warehouse, WarehouseError, resolved
from freshdesk_assets.warehouse.paths import log_of, opened, plain
from freshdesk_assets.warehouse.publishing import COPY, discard, flush, remove_unfinished
from freshdesk_assets.warehouse.sql import ALIAS, literal


def rekey(warehouse: Warehouse, former: Encryption | None) -> bool:
    """Give a file the key of `warehouse.encryption`, or none; returns False if it is so already.

    `former` is the key that it has. Nobody can write to the file meanwhile, and the new one takes its place
    in one step. Raises WarehouseError; the file is then as it was.
    """
    path = resolved(warehouse.path)
    if _opens(path, warehouse.encryption):
        return False
    if not _opens(path, former):
        raise WarehouseError(
            f"{path} has another key than FRESHDESK_ENCRYPTION_KEY and FRESHDESK_FORMER_ENCRYPTION_KEY: set"
            " the latter to the key that it was encrypted with, and leave it out if it is not encrypted"
        )
    # What DuckDB's log holds is written into the file.
    with Warehouse(path, lock_wait=0.0, memory_limit=warehouse.memory_limit, encryption=former).open():
        pass
    let_go()
    made = path.with_name(f"{path.name}.{token_hex(4)}.unfinished")
    try:
        remove_unfinished(path)
        _write(path, former, made, warehouse)
    except NoCipher as error:
        raise WarehouseError(str(error)) from None
    except (OSError, duckdb.Error) as error:
        said = str(error) if isinstance(error, OSError) else _said(error, path, former, warehouse.encryption)
        raise WarehouseError(f"{path} is as it was: {said}") from None
    finally:
        discard(made)
    return True


def _write(path: Path, former: Encryption | None, made: Path, warehouse: Warehouse) -> None:
    overflow = path.with_name(f"{path.name}.{token_hex(4)}.tmp")
    with duckdb.connect(config={"temp_directory": plain(overflow)}) as connection:
        if warehouse.memory_limit:
            connection.execute(f"set memory_limit = {literal(warehouse.memory_limit)}")
        prepare(connection, warehouse.encryption)
        # Read-only, it is locked for whoever would write, and its log stays what it is.
        connection.execute(f"attach {opened(path)} as {ALIAS} (type duckdb, read_only{option(former)})")
        if log_of(path).exists() and log_of(path).stat().st_size:
            raise OSError(f"{log_of(path)} holds a part of it: run again")
        connection.execute(
            f"attach {opened(made)} as {COPY} (type duckdb, row_group_size {ROW_GROUP_SIZE},"
            f" storage_version {literal(warehouse.storage)}{option(warehouse.encryption)})"
        )
        connection.execute(f"copy from database {ALIAS} to {COPY}")
        connection.execute(f"checkpoint {COPY}")
        connection.execute("use memory")
        connection.execute(f"detach {COPY}")
        copymode(path, made)
        flush(made)
        os.replace(made, path)
        flush(path.parent)
    with suppress(OSError):
        overflow.rmdir()


def _opens(path: Path, encryption: Encryption | None) -> bool:
    """Whether the file can be read with this key; raises WarehouseError where that is not about the key."""
    with duckdb.connect() as connection:
        try:
            options = f"type duckdb, read_only{option(encryption)}"
            connection.execute(f"attach {opened(path)} as {ALIAS} ({options})")
        except duckdb.Error as error:
            if is_lock(error):
                raise WarehouseError(f"{path} is in use: run this again when it is not") from None
            said = _said(error, path, encryption)
            if "FRESHDESK_ENCRYPTION_KEY" in said:
                return False
            raise WarehouseError(said) from None
    return True


def _said(error: duckdb.Error, path: Path, *keys: Encryption | None) -> str:
    said = unopened(error, path)
    for each in filter(None, keys):
        said = each.hidden(said)
    return said
