"""From the settings of a destination to what it is: a file, or a lake and how its catalogue is reached."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

LAKE = re.compile(r"ducklake:(postgres|sqlite):(.+)", re.IGNORECASE | re.DOTALL)

LAKE_SCHEMA = "freshdesk_replica"
"""The schema of Postgres in which the catalogue is, of one account alone."""

FORMS = (
    "set it to the path of a file, to ducklake:postgres:host=… dbname=… (or ducklake:postgres:postgresql://…),"
    " or to ducklake:sqlite:/path/of/the/catalogue.sqlite"
)

UNREADABLE = (
    "is a lake in Postgres whose connection string cannot be read: quote a password that has spaces, as in"
    " password='…', and write %25 for %, %40 for @ and %2F for / in one of postgresql://…"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeAddress:
    """Where a lake is.

    - `catalogue`: postgres or sqlite.
    - `dsn`: how it is reached.
    - `data_path`: the folder or address of its files.
    - `schema`: that of Postgres in which the catalogue is.
    """

    catalogue: str
    dsn: str = field(repr=False)
    data_path: str
    schema: str


def is_lake(destination: str) -> bool:
    """Whether a destination is a lake, rightly written or not."""
    return destination.strip().lower().startswith("ducklake:")


def lake_address(destination: str, data_path: str | None, schema: str = LAKE_SCHEMA) -> LakeAddress:
    """The lake that is meant; raises ValueError, with nothing of the address in it, for one that is wrong."""
    found = LAKE.fullmatch(destination.strip())
    if found is None:
        raise ValueError(f"is no lake that can be used: {FORMS}")
    catalogue, dsn = found[1].lower(), found[2].strip()
    if catalogue == "sqlite":
        dsn = str(Path(dsn).expanduser().absolute())
        data_path = data_path or f"{dsn}.files"
    elif not _is_readable(dsn):
        raise ValueError(UNREADABLE)
    if not data_path:
        raise ValueError(
            "is a lake in Postgres, and FRESHDESK_DATA_PATH is not set: set that to the folder or the address"
            " of its files, like s3://bucket/freshdesk"
        )
    if "://" not in data_path:
        data_path = str(Path(data_path).expanduser().absolute())
    return LakeAddress(catalogue=catalogue, dsn=dsn, data_path=data_path.rstrip("/"), schema=schema)


def _is_readable(dsn: str) -> bool:
    """Whether libpq reads a connection string, and reads no part of a password as the place.

    It quotes what it cannot read, which may be the password. What it reads as host or database is shown.
    """
    try:
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:  # said where settings are read
        return True
    with suppress(ProgrammingError):
        said = conninfo_to_dict(dsn)
        address = "://" in dsn.partition("=")[0]
        return not (address and any("@" in str(said.get(part, "")) for part in ("host", "dbname")))
    return False
