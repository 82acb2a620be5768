"""From the text of a setting to its value, or to the rest of a sentence that begins with its name."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from freshdesk_assets.file_modes import FILE_MODE

LEAST_CREDITS = 50
"""Twice what a sync costs that finds nothing new: with less, a run might end before it has read anything."""

LEAST_MEGABYTES = 256
"""With less, a batch of usual rows does not fit."""
LEAST_KEY = 16
"""Characters of a key that nobody guesses, if they were drawn."""

FIRST_DAY = datetime(2000, 1, 1, tzinfo=UTC)
"""Freshdesk began in 2010. From year 1 on, Dagster would make hundreds of thousands of partitions."""

LONGEST_NAME = 200
"""What is made beside a file has a longer name than the file, and no name may be over 255 bytes."""

ELSEWHERE = re.compile(
    r":|[a-z][a-z0-9+]*:/|(ducklake|file|hf|md|motherduck|mysql|postgres|quack|sqlite):",
    re.IGNORECASE,
)
"""How addresses begin that DuckDB takes for something else than a file, `:memory:` too."""

BLANK = " \t\r\n\v\f\u00a0\u200b\ufeff"
"""What is left around a value that was pasted, or read from a file."""

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


def plain(given: Any) -> Any:
    """A text without blanks around it, nor quotes, which `docker run --env-file` and some shells leave."""
    if not isinstance(given, str):
        return given
    text = given.strip(BLANK)
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1].strip(BLANK)
    return text


def file_named(given: Any) -> Path:
    """A path; raises ValueError for what no file on this machine can be called."""
    text = str(given)
    if ELSEWHERE.match(text):
        # Not quoted: an address may hold a key.
        raise ValueError("is not a file on this machine: set it to a path, like /data/replica.duckdb")
    if text.endswith(("/", "/.", "/..")) or text in (".", ".."):
        raise ValueError(f"is {text!r}, a folder: set it to a file in it")
    try:
        text.encode()
        path = Path(text).expanduser()
        path.resolve()
    except (UnicodeError, OSError, RuntimeError) as error:
        raise ValueError(f"is {text!r}, which cannot be a path ({error}): write the whole path") from None
    if "\\" in path.name:
        raise ValueError(f"is {text!r}: set it to a file without a \\ in its name, with / between folders")
    if len(path.name.encode()) > LONGEST_NAME:
        raise ValueError(f"is {text[:40]!r}…, a name of over {LONGEST_NAME} bytes: set it to a shorter one")
    return path


def _folder(given: Any) -> Path | None:
    if given is None:
        return None
    return file_named(str(given).rstrip("/") or "/")


def same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file: by links, or where names differ in case alone."""
    with suppress(OSError):
        return one.samefile(other)
    return one.resolve() == other.resolve()


def number(least: float, most: float, like: str, of: type[float] = float) -> BeforeValidator:
    """A number from `least` to `most`; with `of=int` its fraction is dropped."""
    return BeforeValidator(lambda given: of(_within(given, least, most, like)))


def span(unit: timedelta, least: float, most: float, like: str) -> BeforeValidator:
    """A time, written as a number of units from `least` to `most`."""

    def parse(given: Any) -> timedelta | None:
        if given is None:
            return None
        return unit * _within(given / unit if isinstance(given, timedelta) else given, least, most, like)

    return BeforeValidator(parse)


def choice(*names: str) -> BeforeValidator:
    """One of some words, in whatever case."""

    def parse(given: Any) -> Any:
        if not isinstance(given, str):
            return given
        if given.lower() not in names:
            raise ValueError(f"is {given!r}: set it to {', '.join(names[:-1])} or {names[-1]}")
        return given.lower()

    return BeforeValidator(parse)


def _within(given: Any, least: float, most: float, like: str) -> float:
    try:
        found = float(given)
    except (TypeError, ValueError):
        found = float("nan")
    if not least <= found <= most:
        raise ValueError(f"is {given!r}: set it to a number from {least:g} to {most:g}, like {like}")
    return found


def _credits(given: Any) -> int | None:
    if given is None:
        return None
    if not re.fullmatch(r"[0-9]{1,12}", str(given)) or int(given) < LEAST_CREDITS:
        raise ValueError(
            f"is {str(given)!r}: set it to at least {LEAST_CREDITS} credits, like 5000, or leave it out"
        )
    return int(given)


def _day(given: Any) -> datetime:
    try:
        day = given if isinstance(given, datetime) else datetime.strptime(given, "%Y-%m-%d")
    except ValueError:
        raise ValueError(f"is {given!r}: set it to a day like 2025-01-01") from None
    day = day.replace(tzinfo=UTC)
    if day > datetime.now(UTC):
        raise ValueError(f"is {given}, which is still to come: set it to a past day")
    if day < FIRST_DAY:
        raise ValueError(f"is {given!r}: set it to a day since {FIRST_DAY:%Y-%m-%d}; Freshdesk began in 2010")
    return day


def _even(every: timedelta) -> timedelta:
    minutes = every / MINUTE
    if 60 % minutes and (minutes % 60 or 1440 % minutes):
        raise ValueError(
            f"is '{minutes:g}': set it to minutes that divide an hour, like 15, or to hours that divide a"
            " day, in minutes, like 120"
        )
    return every


def _is_url(given: str) -> bool:
    try:
        parts = urlsplit(given)
        found = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(found) and not re.search(r"\s", given)


def _url(given: Any) -> str:
    if not _is_url(str(given)):
        # What is before an @ may be a password.
        raise ValueError(f"is {str(given).rpartition('@')[2]!r}: set it to a URL like http://localhost:3000")
    return str(given).rstrip("/")


def _hook(given: Any) -> Any:
    if isinstance(given, str) and not _is_url(given):
        # Not quoted: anyone who knows the address can send messages there.
        raise ValueError("is not a URL: set it to one that begins with https://")
    return given


def _memory(given: Any) -> str | None:
    if given is None:
        return None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?) ?([MG])i?B", str(given).strip(), re.IGNORECASE)
    if not found or float(found[1]) * (1 if found[2] in "Mm" else 1000) < LEAST_MEGABYTES:
        raise ValueError(f"is {str(given)!r}: set it to at least {LEAST_MEGABYTES}MB, like 2GB")
    return found[0]


def _storage(given: Any) -> str:
    found = re.fullmatch(r"v?([0-9]+)\.([0-9]+)\.([0-9]+)", str(given).strip(), re.IGNORECASE)
    if not found or tuple(map(int, found.groups())) < (1, 4, 0):
        raise ValueError(f"is {str(given)!r}: set it to v1.4.0, or to a later version of DuckDB")
    return f"v{'.'.join(found.groups())}"


def _key(given: Any) -> Any:
    if isinstance(given, str) and len(given) < LEAST_KEY:
        # Not quoted: it is a secret.
        raise ValueError(
            f"is too short: set it to {LEAST_KEY} characters at least, as `openssl rand -base64 32` makes"
            " them"
        )
    return given


def _mode(given: Any) -> str | None:
    if given is None:
        return None
    if not FILE_MODE.fullmatch(str(given)):
        raise ValueError(
            f"is {str(given)!r}: set it to 0600 for this user alone, 0640 for the files' group too, or 0644"
            " for everybody on this machine"
        )
    return str(given).zfill(4)


def _module(given: Any) -> str | None:
    if given is None:
        return None
    text = str(given)
    if text.endswith(".py") or not all(part.isidentifier() for part in text.split(".")):
        raise ValueError(
            f"is {text!r}: set it to a module as Python imports it, like my_assets for my_assets.py"
        )
    return text


def _names(given: Any) -> tuple[str, ...]:
    if not isinstance(given, str):
        return tuple(given)
    parts = [part for part in map(str.strip, given.split(",")) if part]
    if odd := [part for part in parts if not re.fullmatch(r"\w+\..*", part)]:
        raise ValueError(
            f"has {odd[0]!r}: name table and key, like companies.org_company_id, with commas between; a comma"
            " in a key is %2C, a blank %20"
        )
    return tuple(map(unquote, parts))


def _tables(given: Any) -> tuple[str, ...]:
    if not isinstance(given, str):
        return tuple(given)
    parts = [part for part in map(str.strip, given.split(",")) if part]
    if odd := [part for part in parts if not re.fullmatch(r"[+-]?[a-z][a-z0-9_]*", part)]:
        raise ValueError(
            f"has {odd[0]!r}: name tables or groups of them with commas between, like discussions, those that"
            " are not wanted with a minus before, like -solutions"
        )
    return tuple(parts)


def written(names: Iterable[str]) -> str:
    """Names of tables and keys as a setting takes them: what a shell or a file reads otherwise is as in URLs.

    A key may hold a comma, a quote or ` #`, for Freshdesk makes some of what administrators typed.
    """
    return ",".join(re.sub(r"[^\w.-]", lambda odd: quote(odd[0], safe=""), name) for name in names)


File = Annotated[Path, BeforeValidator(file_named)]
Folder = Annotated[Path | None, BeforeValidator(_folder)]
OptionalFolder = Annotated[
    Path | None,
    BeforeValidator(_folder),
    BeforeValidator(lambda given: None if str(given).lower() == "off" else given),
]
Switch = Annotated[bool, choice("on", "off")]
Credits = Annotated[int | None, BeforeValidator(_credits)]
Day = Annotated[datetime, BeforeValidator(_day)]
Every = Annotated[timedelta, AfterValidator(_even), span(MINUTE, 1, 1440, "15")]
Poll = Annotated[
    timedelta | None,
    span(SECOND, 30, 86_400, "120, or to off"),
    BeforeValidator(lambda given: None if str(given).lower() == "off" else given),
]
Memory = Annotated[str | None, BeforeValidator(_memory)]
Storage = Annotated[str, BeforeValidator(_storage)]
Key = Annotated[SecretStr | None, BeforeValidator(_key)]
Mode = Annotated[str, BeforeValidator(_mode)]
OptionalMode = Annotated[str | None, BeforeValidator(_mode)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)]
Tables = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_tables)]
Module = Annotated[str | None, BeforeValidator(_module)]
Url = Annotated[str, BeforeValidator(_url)]
Hook = Annotated[SecretStr | None, BeforeValidator(_hook)]
