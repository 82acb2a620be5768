"""FRESHDESK_DESTINATION is read as it is meant, or refused in a sentence without what may be secret."""

import pytest

from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.settings import SettingError, Settings, read_settings
from freshdesk_assets.views import schemas
from freshdesk_assets_tests.test_settings import environment

__all__ = ["environment"]

SECRET = "s3cr3t-of-the-database"
LAKE = f"ducklake:postgres:host=db dbname=lake password={SECRET}"


def set_to(monkeypatch: pytest.MonkeyPatch, destination: str, data_path: str = "") -> Settings:
    """The settings with this destination."""
    monkeypatch.setenv("FRESHDESK_DESTINATION", destination)
    monkeypatch.setenv("FRESHDESK_DATA_PATH", data_path)
    return read_settings(schemas())


def test_a_path_is_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    made = set_to(monkeypatch, "/data/my.duckdb")
    assert str(made.duckdb) == "/data/my.duckdb"
    assert made.lake is None
    assert duckdb_file(made).warehouse().destination.lake is False


def test_a_lake_is_no_file_and_has_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads a lake has a snapshot, and no run needs a disk."""
    file = duckdb_file(set_to(monkeypatch, "ducklake:sqlite:lakes/my.sqlite"))
    assert file.lake is not None
    assert file.lake.dsn.endswith("/lakes/my.sqlite")
    assert file.lake.data_path == f"{file.lake.dsn}.files"
    assert file.published_path is None
    assert file.page_path is None


def test_the_page_of_a_lake_is_where_its_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHDESK_PAGE", "/srv/page.html")
    file = duckdb_file(set_to(monkeypatch, "ducklake:sqlite:lakes/my.sqlite"))
    assert str(file.page_path) == "/srv/page.html"


@pytest.mark.parametrize(
    ("destination", "data_path", "said"),
    [
        (LAKE, "", "FRESHDESK_DATA_PATH is not set"),
        (f"ducklake:mysql:password={SECRET}", "/files", "is no lake that can be used"),
        (f"ducklake:{SECRET}", "/files", "is no lake that can be used"),
    ],
)
def test_a_wrong_lake_is_refused_without_its_address(
    monkeypatch: pytest.MonkeyPatch, destination: str, data_path: str, said: str
) -> None:
    """A password may stand anywhere in it."""
    with pytest.raises(SettingError) as refused:
        set_to(monkeypatch, destination, data_path)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_lake_has_no_key_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sets one believes that the files are encrypted."""
    monkeypatch.setenv("FRESHDESK_ENCRYPTION_KEY", "k" * 32)
    with pytest.raises(SettingError, match="FRESHDESK_ENCRYPTION_KEY is for a file"):
        set_to(monkeypatch, LAKE, "/files")


def test_the_address_is_in_no_value_that_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The UI shows the values of a resource, and a traceback those of settings."""
    made = set_to(monkeypatch, LAKE, "/files")
    assert SECRET not in repr(made)
    file = duckdb_file(made)
    assert SECRET not in repr(file)
    assert file.destination == "FRESHDESK_DESTINATION" or SECRET not in str(file.destination)
    assert SECRET not in repr(made.lake)
