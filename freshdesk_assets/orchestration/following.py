"""From what the tables hold to the steps of a run that have something to do.

Children, histories, views, checks, references and the published copy follow the tables. Each such step is
marked with a fingerprint of its declaration (`follows`). What it was last made of stands in
`freshdesk_meta.followed`; while that is so, a run that only looks for news leaves it out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import dagster as dg

from freshdesk_assets.orchestration.internals import ExecutionPlan, IExecutionStep
from freshdesk_assets.orchestration.names import API_KIND, FOLLOWS
from freshdesk_assets.warehouse.file import Warehouse
from freshdesk_assets.warehouse.ledger.following import followed, forget_followed, record_followed, states

Assets: TypeAlias = frozenset[dg.AssetKey]
Checks: TypeAlias = frozenset[dg.AssetCheckKey]

REPORT_EVERY = timedelta(hours=20)
"""So often what follows the tables is made, and told of, even if nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A step that follows tables.

    `name` is what it is remembered by, `made_of` the fingerprint of its declaration and of the state of its
    tables, `checks` the checks it makes, `lacks` a table that was never stored.
    """

    step: str
    name: str
    made_of: str
    assets: Assets
    checks: Checks
    lacks: str | None


def follows(*declared: object) -> Mapping[str, str]:
    """The tags of an operation that follows tables, by what it is declared to do."""
    return {FOLLOWS: _fingerprint(*declared)}


def followers(
    plan: ExecutionPlan, steps: Iterable[str], job: dg.JobDefinition, warehouse: Warehouse
) -> tuple[list[Follower], set[str]]:
    """Steps of a plan that follow tables, with what they would be made of now.

    And those of them that would make again what stands, and were last made not long ago.
    """
    graph = _Graph(job)
    made = {step: _made(plan.get_step_by_key(step)) for step in steps}
    sources = {step: graph.sources(*of) for step, of in made.items()}
    tables = {step: graph.tables(of) for step, of in sources.items()}
    with warehouse.open(checkpoint=False) as connection:
        held = states(connection, {name for of in tables.values() for name in of})
        before = followed(connection)
    found = [
        Follower(
            step=step,
            name=graph.name(plan.get_step_by_key(step), *made[step]),
            made_of=_fingerprint(
                plan.get_step_by_key(step).tags,
                graph.declarations(sources[step]),
                [(name, held.get(name)) for name in tables[step]],
            ),
            assets=assets,
            checks=checks,
            lacks=next((name for name in tables[step] if name not in held), None),
        )
        for step, (assets, checks) in made.items()
    ]
    recently = datetime.now(UTC) - REPORT_EVERY
    idle = {
        each.step
        for each in found
        if (last := before.get(each.name)) and last[0] == each.made_of and last[1] > recently
    }
    return found, idle


def remember(made: Iterable[Follower], failed: Iterable[Follower], warehouse: Warehouse) -> None:
    """Note of which state of the tables steps were made; those that failed are made again whatever it is."""
    done, undone = {each.name: each.made_of for each in made}, [each.name for each in failed]
    if done or undone:
        with warehouse.open(checkpoint=False) as connection:
            record_followed(connection, done, datetime.now(UTC))
            forget_followed(connection, undone)


class _Graph:
    """What a job's assets are made of."""

    def __init__(self, job: dg.JobDefinition) -> None:
        self._layer = job.asset_layer
        self._graph = job.asset_layer.asset_graph
        self._above: dict[dg.AssetKey, frozenset[dg.AssetKey]] = {}

    def sources(self, assets: Assets, checks: Checks) -> frozenset[dg.AssetKey]:
        """Everything that assets are made of, in turn; of checks what they look at, too."""
        looked_at = {check.asset_key for check in checks}
        return frozenset(looked_at).union(*(self._ancestors(key) for key in {*assets, *looked_at}))

    def tables(self, sources: Iterable[dg.AssetKey]) -> list[str]:
        """The names of those that are read from the API."""
        return sorted(key.path[-1] for key in sources if API_KIND in self._graph.get(key).kinds)

    def declarations(self, sources: Iterable[dg.AssetKey]) -> list[str]:
        """How those are declared that follow tables themselves."""
        operations = [self._graph.get(key).assets_def for key in sources]
        return sorted({each.node_def.tags.get(FOLLOWS, "") for each in operations if each.is_executable})

    def name(self, step: IExecutionStep, assets: Assets, checks: Checks) -> str:
        """What the step is remembered by: some of an operation's assets are not the same as all of them."""
        definition = self._layer.get_assets_def_for_node(step.node_handle)
        if definition is None or not definition.is_subset:
            return step.key
        return f"{step.key} {_fingerprint(sorted(map(str, assets)), sorted(map(str, checks)))}"

    def _ancestors(self, key: dg.AssetKey) -> frozenset[dg.AssetKey]:
        if key not in self._above:
            parents = self._graph.get(key).parent_keys
            self._above[key] = frozenset(parents).union(*map(self._ancestors, parents))
        return self._above[key]


def _made(step: IExecutionStep) -> tuple[Assets, Checks]:
    """The assets that a step makes, and the checks."""
    made = [output.properties for output in step.step_outputs]
    return (
        frozenset(each.asset_key for each in made if each.asset_key and not each.asset_check_key),
        frozenset(each.asset_check_key for each in made if each.asset_check_key),
    )


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
