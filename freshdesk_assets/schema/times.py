"""From a time as it is written to the moment: as Freshdesk writes it, and as old accounts and gateways do."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RUBY = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?) ?(UTC|GMT|[+-]\d\d:?\d\d)?")
"""As Ruby prints a time, which Freshdesk is written in: `2024-01-01 12:00:00 +0530`."""

EXPORTED = re.compile(r"(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d) ?([+-]\d\d:?\d\d)")
"""As exports have it (docs/freshdesk_api.md, 4.29), the day first: `31-01-2024 12:00:00 +0000`."""

MAIL = re.compile(r"[A-Za-z]{3,9}, ?\d{1,2} [A-Za-z]{3} \d{4} .+")
"""As mail and HTTP have it: `Mon, 01 Jan 2024 12:00:00 GMT`."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECONDS = range(946_684_800, 4_102_444_800)
"""The years 2000 to 2099: a count of seconds, or of thousandths, to a time in them can mean no other."""


def read_moment(text: str) -> datetime | None:
    """The moment in UTC, None if it cannot be told; where no zone is given it is UTC.

    What is finer than a microsecond is dropped.
    """
    text = text.strip()
    try:
        return _utc(datetime.fromisoformat(text.upper()))
    except (ValueError, OverflowError):
        pass
    try:
        if found := RUBY.fullmatch(text):
            year, month, day, time, zone = found.groups()
            return _utc(datetime.fromisoformat(f"{year}-{month}-{day}T{time}{ZONES.get(zone, zone)}"))
        if found := EXPORTED.fullmatch(text):
            day, month, year, time, zone = found.groups()
            return _utc(datetime.fromisoformat(f"{year}-{month}-{day}T{time}{zone}"))
        return _utc(parsedate_to_datetime(text)) if MAIL.fullmatch(text) else None
    except (ValueError, OverflowError):
        return None


def moment_since_epoch(count: int) -> datetime | None:
    """The moment so many seconds, or thousandths of one, after 1970; None if it is not of this century."""
    if count in SECONDS:
        return EPOCH + timedelta(seconds=count)
    return EPOCH + timedelta(milliseconds=count) if count // 1000 in SECONDS else None


ZONES = {None: "", "UTC": "+00:00", "GMT": "+00:00"}


def _utc(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
