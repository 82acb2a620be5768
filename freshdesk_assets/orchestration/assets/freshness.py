"""From the cadence that tables declare to a tag and a freshness policy on every asset."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.names import CADENCE, DERIVED
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.table import Cadence


def with_freshness(
    assets: Iterable[dg.AssetsDefinition], catalog: Catalog, every: timedelta, names: Names = ALONE
) -> list[dg.AssetsDefinition]:
    """The assets with their cadence as a tag and its freshness policy; live tables are read `every` so often.

    A table has the cadence it declares. An asset made of tables has that of the fastest of them.
    """
    given = list(assets)
    cadences = _cadences([spec for each in given for spec in each.specs], catalog, names)

    def complete(spec: dg.AssetSpec) -> dg.AssetSpec:
        cadence = cadences[spec.key]
        # What is made of tables is as current as they are, but is reported only when made (REPORT_EVERY).
        promised = policy(Cadence.SLOW if DERIVED in spec.tags else cadence, every)
        return spec.replace_attributes(
            tags={**spec.tags, CADENCE: cadence.value},
            freshness_policy=spec.freshness_policy or promised,
        )

    return [each.map_asset_specs(complete) for each in given]


def policy(cadence: Cadence, every: timedelta) -> dg.FreshnessPolicy:
    """When an asset of a cadence is late: after several missed runs, for one run may wait for a long one."""
    match cadence:
        case Cadence.LIVE:
            return dg.FreshnessPolicy.time_window(
                warn_window=max(timedelta(hours=1), 2 * every), fail_window=max(timedelta(hours=3), 4 * every)
            )
        case Cadence.SLOW:
            return dg.FreshnessPolicy.time_window(
                warn_window=timedelta(hours=26), fail_window=timedelta(hours=50)
            )


def _cadences(specs: Sequence[dg.AssetSpec], catalog: Catalog, names: Names) -> Mapping[dg.AssetKey, Cadence]:
    found = {names.asset(table.name): table.cadence for table in catalog}
    upstream = {spec.key: [dep.asset_key for dep in spec.deps] for spec in specs}

    def of(key: dg.AssetKey) -> Cadence:
        if key not in found:
            made_of = {of(each) for each in upstream.get(key, ())}
            found[key] = Cadence.LIVE if Cadence.LIVE in made_of else Cadence.SLOW
        return found[key]

    for key in upstream:
        of(key)
    return found
