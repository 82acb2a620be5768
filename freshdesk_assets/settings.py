"""From the environment to settings, each with its default and a sentence for when it is wrong."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from freshdesk_assets.schema.names import META, SCHEMA
from freshdesk_assets.views import schemas

DEFAULT_START = "2025-01-01"
DEFAULT_DATABASE = "replica.duckdb"
FORMER_DATABASE = "freshdesk.duckdb"
"""The default until there were views. DuckDB names a database after its file, and takes `freshdesk.tickets`
in a database called freshdesk for ambiguous: no view could be read."""

DEFAULT_RESERVE = "0.1"
DEFAULT_LOCK_WAIT = "300"
DEFAULT_RECONCILE = "500"
DEFAULT_EVERY = "15"
DEFAULT_REREAD_NIGHTLY = "3"
DEFAULT_REREAD_WEEKLY = "30"
POLL_IF_TURNED_ON = timedelta(seconds=120)
DEFAULT_UI_URL = "http://localhost:3000"
DEFAULT_KEEP_RUNS = "14"
"""A look every quarter of an hour leaves some 26 MB a day of records in SQLite (benchmarks/overhead.py)."""

LEAST_CREDITS = 50
"""Twice what a sync costs that finds nothing new: with less a run would not get beyond looking."""


REQUIRED = {
    "FRESHDESK_DOMAIN": "your account's address, like acme.freshdesk.com",
    "FRESHDESK_API_KEY": "the API key from your profile in Freshdesk (Profile settings, View API key)",
}


class SettingError(Exception):
    """A setting is missing or wrong; the message says which and how to set it."""


def check_environment() -> None:
    """Raise SettingError with every required setting that is missing."""
    missing = [
        f"{name} is not set: set it to {what}" for name, what in REQUIRED.items() if not os.environ.get(name)
    ]
    if missing:
        raise SettingError(". ".join(missing) + ". In the environment, or in a file .env (see .env.example).")


class PartitionLength(StrEnum):
    """How long a partition is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partitioning:
    """What must be known when the definitions load: since when, and in what steps."""

    start: datetime
    length: PartitionLength

    @property
    def since(self) -> datetime:
        """The beginning of the partition that holds the start date: nothing after the start is left out.

        Dagster's own weekly and monthly partitions begin with the first whole week or month after it.
        """
        match self.length:
            case PartitionLength.DAILY:
                return self.start
            case PartitionLength.WEEKLY:
                return self.start - timedelta(days=(self.start.weekday() + 1) % 7)
            case PartitionLength.MONTHLY:
                return self.start.replace(day=1)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Partitioning":
        """FRESHDESK_START_DATE and FRESHDESK_PARTITIONS; raises SettingError."""
        given = environment.get("FRESHDESK_START_DATE") or DEFAULT_START
        try:
            start = datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            raise SettingError(
                f"FRESHDESK_START_DATE is {given!r}: set it to a day like {DEFAULT_START}"
            ) from None
        if start > datetime.now(UTC):
            raise SettingError(
                f"FRESHDESK_START_DATE is {given}, which is still to come: set it to a past day"
            )
        length = environment.get("FRESHDESK_PARTITIONS") or PartitionLength.DAILY
        try:
            return cls(start=start, length=PartitionLength(length.lower()))
        except ValueError:
            raise SettingError(
                f"FRESHDESK_PARTITIONS is {length!r}: set it to daily, weekly or monthly"
            ) from None


def database_path(environment: Mapping[str, str] = os.environ) -> Path:
    """FRESHDESK_DUCKDB: where the replica stands; raises SettingError for a name that no view could bear."""
    given = environment.get("FRESHDESK_DUCKDB")
    path = Path(given or DEFAULT_DATABASE).expanduser()
    if not given and Path(FORMER_DATABASE).exists() and not path.exists():
        raise SettingError(
            f"the replica in {FORMER_DATABASE} needs another name, for DuckDB confuses a database freshdesk"
            f" with its schema freshdesk: run `mv {FORMER_DATABASE} {DEFAULT_DATABASE}`"
        )
    return usable(path)


def published_path(database: Path, environment: Mapping[str, str] = os.environ) -> Path | None:
    """FRESHDESK_PUBLISHED: where analysts find their copy, beside the file if not set; None if `off`."""
    given = environment.get("FRESHDESK_PUBLISHED")
    if given and given.lower() == "off":
        return None
    if not given:
        return database.with_stem(f"{database.stem}_published")
    path = Path(given).expanduser()
    if path.resolve() == database.resolve():
        raise SettingError("FRESHDESK_PUBLISHED is the replica itself: set it to another file, or to off")
    return usable(path, "FRESHDESK_PUBLISHED")


def usable(path: Path, name: str = "FRESHDESK_DUCKDB") -> Path:
    """The path, unless DuckDB would name the database like a schema in it; raises SettingError."""
    if path.stem.lower() in {SCHEMA, META, *schemas()}:
        raise SettingError(
            f"{name} is {str(path)!r}: set it to a file of another name, like {DEFAULT_DATABASE},"
            f" and rename the file if there is one, for DuckDB takes a database {path.stem} for the schema"
            " of that name"
        )
    return path


def reserve(environment: Mapping[str, str] = os.environ) -> float:
    """FRESHDESK_RESERVE: the share of the account's limit left to its other tools; raises SettingError."""
    return _number("FRESHDESK_RESERVE", DEFAULT_RESERVE, 0.0, 0.95, environment)


def credits_a_run(environment: Mapping[str, str] = os.environ) -> int | None:
    """FRESHDESK_RUN_CREDITS: the most a run may spend; None for as many as it takes. Raises SettingError."""
    return _credits("FRESHDESK_RUN_CREDITS", environment)


def credits_a_day(environment: Mapping[str, str] = os.environ) -> int | None:
    """FRESHDESK_DAY_CREDITS: the most all runs of a day (UTC) may spend; as above."""
    return _credits("FRESHDESK_DAY_CREDITS", environment)


def lock_wait(environment: Mapping[str, str] = os.environ) -> float:
    """FRESHDESK_LOCK_WAIT: seconds to wait for whoever holds the file; raises SettingError."""
    return _number("FRESHDESK_LOCK_WAIT", DEFAULT_LOCK_WAIT, 0.0, 86_400.0, environment)


def every(environment: Mapping[str, str] = os.environ) -> timedelta:
    """FRESHDESK_EVERY: minutes between two looks at what agents work on; raises SettingError."""
    minutes = _number("FRESHDESK_EVERY", DEFAULT_EVERY, 1, 1440, environment)
    if 60 % minutes and (minutes % 60 or 1440 % minutes):
        raise SettingError(
            f"FRESHDESK_EVERY is {minutes:g}: set it to minutes that divide an hour, like 15, or to"
            " hours that divide a day, in minutes, like 120"
        )
    return timedelta(minutes=minutes)


def scheduled(environment: Mapping[str, str] = os.environ) -> bool:
    """FRESHDESK_SCHEDULES: whether schedules are on until somebody turns them off; raises SettingError.

    No by default: what spends credits day and night begins when its owner has seen a sync.
    """
    return _switch("FRESHDESK_SCHEDULES", environment)


def reread_nightly(environment: Mapping[str, str] = os.environ) -> int:
    """FRESHDESK_REREAD_NIGHTLY: so many days are read again each night; raises SettingError."""
    return int(_number("FRESHDESK_REREAD_NIGHTLY", DEFAULT_REREAD_NIGHTLY, 0, 366, environment))


def reread_weekly(environment: Mapping[str, str] = os.environ) -> int:
    """FRESHDESK_REREAD_WEEKLY: so many days are read again each Sunday; raises SettingError."""
    return int(_number("FRESHDESK_REREAD_WEEKLY", DEFAULT_REREAD_WEEKLY, 0, 366, environment))


def poll(environment: Mapping[str, str] = os.environ) -> timedelta | None:
    """FRESHDESK_POLL: seconds between two looks for changes, None if off; raises SettingError."""
    if (environment.get("FRESHDESK_POLL") or "off").lower() == "off":
        return None
    return timedelta(seconds=_number("FRESHDESK_POLL", "120", 30, 86_400, environment))


def keep_runs(environment: Mapping[str, str] = os.environ) -> timedelta:
    """FRESHDESK_KEEP_RUNS: days after which records of runs are removed; raises SettingError."""
    return timedelta(days=_number("FRESHDESK_KEEP_RUNS", DEFAULT_KEEP_RUNS, 1, 3650, environment))


def reconcile_credits(environment: Mapping[str, str] = os.environ) -> int:
    """FRESHDESK_RECONCILE_CREDITS: what finding out what is gone may cost a night; raises SettingError."""
    return int(_number("FRESHDESK_RECONCILE_CREDITS", DEFAULT_RECONCILE, 0, 1_000_000, environment))


def alert_webhook(environment: Mapping[str, str] = os.environ) -> str | None:
    """FRESHDESK_ALERT_WEBHOOK: where failures and lateness are told; None if not set. Raises SettingError."""
    given = environment.get("FRESHDESK_ALERT_WEBHOOK") or None
    if given is not None and not given.startswith(("http://", "https://")):
        # Not quoted: who knows the address can write there.
        raise SettingError("FRESHDESK_ALERT_WEBHOOK is not a URL: set it to one that begins with https://")
    return given


def ui_url(environment: Mapping[str, str] = os.environ) -> str:
    """FRESHDESK_UI_URL: where the Dagster UI is reached, for links in alerts; raises SettingError."""
    given = environment.get("FRESHDESK_UI_URL") or DEFAULT_UI_URL
    if not given.startswith(("http://", "https://")):
        raise SettingError(f"FRESHDESK_UI_URL is {given!r}: set it to a URL like {DEFAULT_UI_URL}")
    return given.rstrip("/")


def leave_out_untouched(environment: Mapping[str, str] = os.environ) -> bool:
    """FRESHDESK_SKIP_UNTOUCHED: whether tickets that nobody seems to have touched are left unasked.

    No by default: the rule is inferred, and an automation that writes a note at creation breaks it.
    """
    given = (environment.get("FRESHDESK_SKIP_UNTOUCHED") or "false").lower()
    if given not in ("true", "false"):
        raise SettingError(f"FRESHDESK_SKIP_UNTOUCHED is {given!r}: set it to true or false")
    return given == "true"


def _switch(name: str, environment: Mapping[str, str]) -> bool:
    given = (environment.get(name) or "off").lower()
    if given not in ("on", "off"):
        raise SettingError(f"{name} is {given!r}: set it to on or off")
    return given == "on"


def _credits(name: str, environment: Mapping[str, str]) -> int | None:
    given = environment.get(name)
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", given) or int(given) < LEAST_CREDITS:
        raise SettingError(
            f"{name} is {given!r}: set it to at least {LEAST_CREDITS} credits, like 5000, or leave it out"
        )
    return int(given)


def _number(name: str, default: str, least: float, most: float, environment: Mapping[str, str]) -> float:
    given = environment.get(name) or default
    try:
        number = float(given)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        raise SettingError(
            f"{name} is {given!r}: set it to a number from {least:g} to {most:g}, like {default}"
        )
    return number
