"""From a file of holidays to rules that metrics go by."""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from freshdesk_assets.schema.rules import Holiday
from freshdesk_assets.setting_values import file_named

DAY = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")


def holidays_in(given: Any) -> tuple[Holiday, ...]:
    """The holidays of a CSV file with the columns calendar, date and name; ValueError says what is wrong."""
    if isinstance(given, tuple):
        return given
    path = file_named(given)
    try:
        return tuple(_read(path))
    except (OSError, UnicodeError, csv.Error) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no CSV file in UTF-8"
        raise ValueError(f"names {path}, which cannot be read: {why}") from error


def _read(path: Path) -> list[Holiday]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file, skipinitialspace=True)
        if "date" not in (rows.fieldnames or ()):
            raise ValueError(
                f"names {path}, which has no column date: its first line must be calendar,date,name"
            )
        return [_holiday(path, rows.line_num, row) for row in rows]


def _holiday(path: Path, line: int, row: dict[str, str | None]) -> Holiday:
    said = (row["date"] or "").strip()
    found = DAY.fullmatch(said)
    year, month, day = found.groups() if found else (None, "0", "0")
    try:
        date(int(year or 2000), int(month), int(day))
    except ValueError:
        raise ValueError(
            f"names {path}, whose line {line} has no date: write 2026-12-25, or 12-25 for each year"
        ) from None
    return Holiday(
        calendar=(row.get("calendar") or "").strip(),
        year=int(year) if year else None,
        month=int(month),
        day=int(day),
        name=(row.get("name") or "").strip() or None,
    )


Holidays = Annotated[tuple[Holiday, ...], NoDecode, BeforeValidator(holidays_in)]
