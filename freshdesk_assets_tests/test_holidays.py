"""A file of holidays is read as it is meant, or refused with the line to mend."""

from pathlib import Path

import pytest

from freshdesk_assets.schema.rules import Holiday
from freshdesk_assets.setting_holidays import holidays_in


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """The file."""
    path = folder / "holidays.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_holidays_recur_or_are_of_one_year_and_one_calendar(tmp_path: Path) -> None:
    path = written(tmp_path, "calendar, date, name\n,12-25,Christmas\nVienna,2026-10-26,\n", "utf-8-sig")
    assert holidays_in(path) == (
        Holiday(month=12, day=25, name="Christmas"),
        Holiday(month=10, day=26, year=2026, calendar="Vienna"),
    )


def test_a_leap_day_recurs(tmp_path: Path) -> None:
    assert holidays_in(written(tmp_path, "date\n02-29\n")) == (Holiday(month=2, day=29),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no column date: its first line must be calendar,date,name"),
        ("calendar,name\n,Christmas\n", "no column date"),
        ("date\n12-25\n25.12.2026\n", "line 3 has no date: write 2026-12-25"),
        ("date\n2026-02-30\n", "line 2 has no date"),
        ("date\n\n02-30\n", "line 3 has no date"),
    ],
)
def test_a_file_that_is_no_list_of_holidays_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=said):
        holidays_in(written(tmp_path, text))


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no CSV file in UTF-8"):
        holidays_in(written(tmp_path, "date,name\n12-25,Weihnachtsmännertag\n", "latin-1"))
