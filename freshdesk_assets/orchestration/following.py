"""From what the tables hold to the steps of a run that have something to do.

Children, histories, views, checks, references and the published copy follow the tables. Each such step is
marked with a fingerprint of its declaration (`follows`). What it was last made of stands in
`freshdesk_meta.followed`; while that is so, a run that only looks for news leaves it out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import dagster as dg

from freshdesk_assets.orchestration.internals import ExecutionPlan
from freshdesk_assets.orchestration.metadata import API_KIND, FOLLOWS, REPORT_EVERY
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.following import followed, record_followed, states
from freshdesk_assets.warehouse.ledger import ensure_ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A step that follows tables.

    `name` is what it is remembered by, `made_of` the fingerprint of its declaration and of the state of its
    tables, `checks` the checks it makes, `lacks` a table that was never stored.
    """

    step: str
    name: str
    made_of: str
    assets: frozenset[dg.AssetKey]
    checks: frozenset[dg.AssetCheckKey]
    lacks: str | None


def followers(
    plan: ExecutionPlan, steps: Iterable[str], job: dg.JobDefinition, warehouse: Warehouse
) -> list[Follower]:
    """Steps of a plan that follow tables, with what they would be made of now."""
    graph = job.asset_layer.asset_graph
    marked = {key: plan.get_step_by_key(key) for key in steps}
    made = {
        key: _made(step.step_outputs)  # type: ignore[union-attr]
        for key, step in marked.items()
    }
    above: dict[dg.AssetKey, frozenset[dg.AssetKey]] = {}
    sources = {
        key: frozenset().union(
            *(_ancestors(graph, asset, above) for asset in assets),
            *({each.asset_key} | _ancestors(graph, each.asset_key, above) for each in checks),
        )
        for key, (assets, checks) in made.items()
    }
    read = {key.path[-1] for of in sources.values() for key in of if API_KIND in graph.get(key).kinds}
    with warehouse.open(checkpoint=False) as connection:
        held = states(connection, read)
    found = []
    for key, (assets, checks) in made.items():
        definition = job.asset_layer.get_assets_def_for_node(marked[key].node_handle)
        tables = sorted(each.path[-1] for each in sources[key] if API_KIND in graph.get(each).kinds)
        declared = sorted(
            {
                tag
                for each in (*sources[key], *assets)
                if (made_by := graph.get(each).assets_def).is_executable
                and (tag := made_by.node_def.tags.get(FOLLOWS))
            }
        )
        part = sorted([*map(str, assets), *map(str, checks)])
        found.append(
            Follower(
                step=key,
                name=f"{key} {_fingerprint(part)}" if definition and definition.is_subset else key,
                made_of=_fingerprint(
                    marked[key].tags[FOLLOWS], declared, [(name, held.get(name)) for name in tables]
                ),
                assets=assets,
                checks=checks,
                lacks=next((name for name in tables if name not in held), None),
            )
        )
    return found


def idle(known: Iterable[Follower], warehouse: Warehouse, now: datetime) -> set[str]:
    """Those steps that would make again what stands, and were last made not long ago."""
    with warehouse.open(checkpoint=False) as connection:
        ensure_ledger(connection, comments=False)
        before = followed(connection)
    return {
        each.step
        for each in known
        if each.name in before
        and before[each.name][0] == each.made_of
        and now - before[each.name][1] < REPORT_EVERY
    }


def remember(made: Iterable[Follower], warehouse: Warehouse) -> None:
    """Note of which state of the tables steps were made."""
    done = {each.name: each.made_of for each in made}
    if done:
        with warehouse.open(checkpoint=False) as connection:
            ensure_ledger(connection, comments=False)
            record_followed(connection, done, datetime.now(UTC))


def _made(outputs: Iterable[object]) -> tuple[frozenset[dg.AssetKey], frozenset[dg.AssetCheckKey]]:
    properties = [output.properties for output in outputs]  # type: ignore[attr-defined]
    return (
        frozenset(each.asset_key for each in properties if each.asset_key and not each.asset_check_key),
        frozenset(each.asset_check_key for each in properties if each.asset_check_key),
    )


def _ancestors(
    graph: object, key: dg.AssetKey, known: dict[dg.AssetKey, frozenset[dg.AssetKey]]
) -> frozenset[dg.AssetKey]:
    """Everything that an asset is made of, in turn."""
    if key not in known:
        parents = graph.get(key).parent_keys  # type: ignore[attr-defined]
        known[key] = frozenset(parents).union(*(_ancestors(graph, parent, known) for parent in parents))
    return known[key]


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def follows(*declared: object) -> Mapping[str, str]:
    """The tags of an operation that follows tables, by what it is declared to do."""
    return {FOLLOWS: _fingerprint(*declared)}
