"""The UI marks an asset as unsynced only where a sync would make it anew."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.orchestration.following import REPORT_EVERY
from freshdesk_assets.orchestration.names import DATA_VERSION
from freshdesk_assets_tests.replica.staleness import unsynced

QUIET = timedelta(minutes=20)


@pytest.mark.long
def test_after_a_sync_nothing_is_marked_as_unsynced(account: Callable[..., Any]) -> None:
    """A view shows the rows of now; what is left out of a run would be made the same. Neither is stale.

    Nor is it after a look that found nothing, a ticket that changed, a report made only for freshness, or the
    first sync on run records of a version whose every report had another data version.
    """
    with account(tickets=40) as acme:
        acme.views = views_over(acme.catalog)

        def marked() -> dict[str, str]:
            return unsynced(acme.instance, acme.job(derive=True))

        for _ in range(2):
            acme.sync(derive=True)
            acme.world.clock.advance(QUIET)
        assert marked() == {}

        acme.world.set_tags(acme.world.shelves["live"].updated_at[-1][1], ["changed"])
        acme.world.clock.advance(QUIET)
        acme.sync(derive=True)
        assert marked() == {}

        with acme.writing() as file:
            file.execute(
                "update freshdesk_meta.followed set made_at = made_at - ?::interval"
                " where step in ('freshdesk__ticket_tags', 'freshdesk__tickets_history')",
                [REPORT_EVERY + QUIET],
            )
        acme.world.clock.advance(QUIET)
        acme.sync(derive=True)
        assert marked() == {}

        graph = acme.job(derive=True).asset_layer.asset_graph
        for key in graph.executable_asset_keys - {
            node.key for node in graph.asset_nodes if node.is_partitioned
        }:
            acme.instance.report_runless_asset_event(
                dg.AssetMaterialization(key, tags={DATA_VERSION: "0a1b"})
            )
        with acme.writing() as file:
            file.execute("update freshdesk_meta.followed set made_of = 'of an earlier version'")
        assert marked()
        acme.world.clock.advance(QUIET)
        acme.sync(derive=True)
        assert marked() == {}


@pytest.mark.long
def test_the_version_of_a_table_changes_with_its_rows_alone(account: Callable[..., Any]) -> None:
    """Whoever has an asset of his own below a table sees by it whether there is anything new."""
    with account(tickets=40) as acme:

        def versions() -> dict[str, str | None]:
            found = {}
            for name in ("tickets", "contacts"):
                event = acme.instance.get_latest_materialization_event(dg.AssetKey(["freshdesk", name]))
                found[name] = event.asset_materialization.tags[DATA_VERSION]
            return found

        for _ in range(2):
            acme.sync()
            acme.world.clock.advance(QUIET)
        before = versions()
        acme.sync()
        assert versions() == before

        acme.world.set_tags(acme.world.shelves["live"].updated_at[-1][1], ["changed"])
        acme.world.clock.advance(QUIET)
        acme.sync()
        now = versions()
        assert now["tickets"] != before["tickets"]
        assert now["contacts"] == before["contacts"]
