"""A file that an earlier version of the code made is brought to the shape of this one, and nothing is lost.

`children_and_views` was kept by commit 9b95382, `tables_alone` by 1477817, which knew neither.
"""

import lzma
import random
from collections.abc import Callable
from typing import Any

import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.settings import PartitionLength
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.keeping import KEPT, START, kept_world

COLUMNS = (
    "select table_name, column_name from duckdb_columns()"
    " where database_name = 'replica' and schema_name = 'freshdesk' order by table_name, column_index"
)


FLAGS = {
    (each.name, column.name): column.default
    for each in declared_tables().everything
    for column in each.stored
    if column.default is not None
}


def contents(acme: Any, columns: list[tuple[str, str]]) -> dict[str, list[Any]]:
    """What stands under these columns, table by table; a flag that has no value is at its default."""
    names: dict[str, list[str]] = {}
    for place in columns:
        table, column = place
        held = f'coalesce("{column}", {FLAGS[place]})' if place in FLAGS else f'"{column}"'
        names.setdefault(table, []).append(held)
    return {
        table: acme.query(f"select {', '.join(of)} from replica.freshdesk.{table} order by all")
        for table, of in names.items()
    }


GROWN = {"contact_fields", "company_fields"}
"""The account has more fields than when the files were kept: their rows are there beside the former ones."""


@pytest.mark.long
@pytest.mark.parametrize("kept", sorted(KEPT.glob("*.xz")), ids=lambda file: file.stem)
def test_a_file_of_an_earlier_version_is_brought_to_this_ones_shape_without_loss(
    account: Callable[..., Any], kept: Any
) -> None:
    """Reading an account again from the start costs days and what Freshdesk has purged since."""
    with account(world=kept_world()) as acme:
        acme.decide(start_date=START, partitions=PartitionLength.MONTHLY)
        acme.path.write_bytes(lzma.decompress(kept.read_bytes()))
        acme.views = views_over(acme.catalog)
        columns = acme.query(COLUMNS)
        before = contents(acme, columns)
        assert sum(map(len, before.values())) > 150
        result = acme.sync(derive=True, check=True)
        now = contents(acme, columns)
        for name in GROWN & before.keys():
            now[name] = [row for row in now[name] if row in before[name]]
        assert now == before, "what stood there stands there, to the cell"
        assert acme.query("select count(*) from replica.freshdesk.tickets where archived is null") == [(0,)]
        failed = [
            (found.asset_key.to_user_string(), found.check_name)
            for found in result.get_asset_check_evaluations()
            if not found.passed
        ]
        assert failed == []
        assert acme.server.meter.calls["tickets/{id}/conversations"] == 0, "nothing is read a second time"
        acme.world.day_of_changes(random.Random(5))
        acme.sync(derive=True)
        assert acme.differences() + acme.child_differences() == []
