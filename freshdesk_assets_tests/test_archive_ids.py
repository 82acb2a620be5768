"""The ids that `freshdesk-assets archive --ids` is given are read, or it is said where they are not."""

from pathlib import Path

import pytest

from freshdesk_assets.commands.archive import read_ids
from freshdesk_assets.settings import SettingError


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("7\n\n#8\n9", (7, 8, 9)),
        ("id;subject\n7;eight\n", (7,)),
        ("tickets\n7\n7\n", (7,)),
        ("Subject\tDisplay ID\none\t7\n", (7,)),
    ],
)
def test_ids_are_read_from_lines_and_from_columns(text: str, ids: tuple[int, ...], tmp_path: Path) -> None:
    (file := tmp_path / "ids.txt").write_text(text, encoding="utf-8")
    assert read_ids(file) == ids


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "has no ids: write one in each line"),
        (b"Ticket ID\n", "has no ids"),
        (b"7\nJane Doe\n", "has no id in row 2, column 1"),
        (b"7\n-8\n", "has no id in row 2"),
        (b"7\n99999999999999999999\n", "has no id in row 2"),
        (b"\xff\xfe7", "is not text in UTF-8"),
        (None, "cannot be read: No such file"),
    ],
)
def test_a_file_without_ids_is_said_to_be_one(content: bytes | None, said: str, tmp_path: Path) -> None:
    """What is in it may be a customer's, and is not repeated."""
    file = tmp_path / "ids.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingError, match=said) as told:
        read_ids(file)
    assert "Jane" not in str(told.value)
