"""Files to make pages of: as before the first sync, of one ticket, of many."""

from collections.abc import Callable
from pathlib import Path

import pytest

from freshdesk_assets_tests.page.standing_in import Size, stand_in

SIZES = {"nothing": 0, "one": 1, "many": 400}


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A file by the word for its size, made once."""
    folder = tmp_path_factory.mktemp("standing")

    def of(word: str) -> Path:
        path = folder / f"{word}.duckdb"
        return path if path.exists() else stand_in(path, Size(tickets=SIZES[word]))

    return of
