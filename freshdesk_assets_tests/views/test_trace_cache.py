"""What parsing the views' SQL finds is cached between processes, unchanged."""

from functools import partial
from pathlib import Path

import pytest

from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import FOLDER, declared_views, traced
from freshdesk_assets.views.trace_cache import AT_MOST, kept
from freshdesk_assets.views.tracing import trace
from freshdesk_assets.views.view_files import read_view
from freshdesk_assets.warehouse.derived.views import readable


def test_what_is_kept_is_what_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lineage, types and order of the views do not depend on whether somebody has looked before."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    declared_views.cache_clear()
    found, known = declared_views(), readable(declared_tables())
    declared_views.cache_clear()
    assert declared_views() == found
    assert {view.id for view in found} == {read_view(file).id for file in FOLDER.glob("*/*.sql")}
    fresh = trace(found, known)
    assert traced(found, known) == fresh
    assert traced(found, known) == fresh
    assert len(list((tmp_path / "freshdesk-assets").iterdir())) == 2


def test_it_is_found_anew_when_it_is_made_of_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And entries that nothing asks for any more are removed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert [kept("n", number % 3, partial(int, number)) for number in range(6)] == [0, 1, 2, 0, 1, 2]
    for number in range(30):
        kept("n", number, partial(int, number))
    assert len(list((tmp_path / "freshdesk-assets").iterdir())) == AT_MOST


def test_where_nothing_can_be_kept_it_is_found_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home that cannot be written, or a torn file, is no reason to fail."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    (tmp_path / "file").write_text("not a folder")
    assert [kept("n", 1, partial(int, found)) for found in (1, 2)] == [1, 2]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept("n", 1, lambda: 3)
    for file in (tmp_path / "freshdesk-assets").iterdir():
        file.write_text("{")
    assert kept("n", 1, lambda: 4) == 4
