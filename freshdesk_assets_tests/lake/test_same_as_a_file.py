"""What a lake holds is what a file would hold, row for row, for the same credits."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.commands.export import export_folder
from freshdesk_assets_tests.lake.twins import apart, at_one_moment, twins
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.exporting.reading_back import differing


def synced(account: Account) -> int:
    """Sync with all that follows; returns the credits."""
    account.sync(derive=True, check=True)
    return account.server.meter.credits


def exported(account: Account, folder: Path) -> dict[str, Any]:
    """What the schema of an export of all but the ledgers says, by table."""
    options: dict[str, Any] = {"schemas": [], "names": [], "by": "month", "since": None, "whole": False}
    assert export_folder(account.settings, str(folder), **options) == 0
    said = json.loads((folder / "schema.json").read_text())
    return {f"{table['schema']}.{table['name']}": table for table in said["tables"]}


@pytest.mark.long
@pytest.mark.parametrize("catalogue", ["postgres", "sqlite"])
def test_days_of_changes_make_of_a_lake_what_they_make_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, catalogue: str
) -> None:
    """Tables, children, histories, ledgers, views and metrics: whoever moves over gets the same answers."""
    since = datetime.now(UTC)
    with twins(tmp_path, monkeypatch, catalogue, tickets=30, days=10) as both:
        for account in both:
            account.views = views_over(account.catalog)
        filed, lake = both
        for day in range(2):
            if day:
                filed.world.day_of_changes(random.Random(day))
            costs = [synced(account) for account in both]
            assert costs[0] == costs[1]
            assert lake.differences() + lake.child_differences() == []
        at_one_moment(*both)
        compared, found = apart(filed, lake, since)
        assert not found, "\n".join(f"{name}: {said!r:.500}" for name, said in found.items())
        assert compared > 2_000
        of_file, of_lake = (
            exported(account, tmp_path / name) for account, name in zip(both, ("file", "lake"), strict=True)
        )
        assert of_file == of_lake
        assert all(column["doc"] for column in of_lake["relations.tickets"]["columns"])
        assert differing(lake.place, tmp_path / "lake") == []
