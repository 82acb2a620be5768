"""From what the tables hold to the steps of a run that have something to do.

Children, histories, views, checks, references and the published copy with its page follow the tables. The
operation of such a step, a follower, is tagged with a fingerprint of its declaration (`follows`). The table
`freshdesk_meta.followed` records what each follower was last made of. While that is unchanged, a run that
only looks for news leaves the step out.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import dagster as dg

from freshdesk_assets.orchestration.account_names import names_of
from freshdesk_assets.orchestration.internals import ExecutionPlan, IExecutionStep
from freshdesk_assets.orchestration.names import API_KIND, COPIES, FOLLOWS, SYNC, UP_TO_DATE
from freshdesk_assets.schema.sync import EachParent, PerParent
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.ledger.following import followed, forget_followed, record_followed, states

Assets: TypeAlias = frozenset[dg.AssetKey]
Checks: TypeAlias = frozenset[dg.AssetCheckKey]

REPORT_EVERY = timedelta(hours=20)
"""A follower is made, and reported to Dagster, once in this time even if nothing changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A step that follows tables.

    - `step`: its key in the plan.
    - `name`: its key in `freshdesk_meta.followed`.
    - `made_of`: the fingerprint of its declaration and of the state of its tables.
    - `assets`, `checks`: what it makes.
    """

    step: str
    name: str
    made_of: str
    assets: Assets
    checks: Checks


def follows(*declared: object) -> Mapping[str, str]:
    """The tags of an operation that follows tables, made from what it is declared to do.

    How its data versions are made is part of that: when it changes, everything is reported once.
    """
    return {FOLLOWS: _fingerprint(*declared, UP_TO_DATE.value)}


def data_version(connection: Connection, tables: Iterable[str]) -> dg.DataVersion:
    """The data version of these tables, and of what is made of them: it changes when a row does."""
    return dg.DataVersion(_fingerprint(sorted(states(connection, tables).items()))[:8])


def followers(
    plan: ExecutionPlan, steps: Iterable[str], job: dg.JobDefinition, warehouse: Warehouse
) -> tuple[list[Follower], set[str]]:
    """The followers of these steps, with what they would be made of now, and which of them are idle.

    An idle step was last made of just the same, within REPORT_EVERY.
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
            made_of=graph.made_of(plan.get_step_by_key(step).tags or {}, sources[step], held),
            assets=assets,
            checks=checks,
        )
        for step, (assets, checks) in made.items()
    ]
    now = datetime.now(UTC)
    idle = {
        each.step
        for each in found
        if (last := before.get(each.name)) and last[0] == each.made_of and now - REPORT_EVERY < last[1] <= now
    }
    return found, idle


@dataclass(frozen=True, slots=True, kw_only=True)
class Unselected:
    """Assets of one operation that follow those of a job and are not in it, and what they are made of."""

    assets: Assets
    sources: Assets


def following(job: dg.JobDefinition) -> Assets:
    """The assets that follow those of a job and are not in it."""
    return frozenset().union(*(each.assets for each in _Graph(job).following().values()))


def unselected(job: dg.JobDefinition, warehouse: Warehouse, *, wanted: Assets) -> list[Unselected]:
    """What follows the assets of a job, is not in it, and would be made of something else now.

    - What follows only tables that were never stored is left out.
    - Of what is `wanted`, all is made, even if it would be the same.
    - The copy and its page follow all that is stored, a user's own tables too.
    """
    graph, copies = _Graph(job), names_of(job).copies
    left = graph.following()
    if not left or not warehouse.exists():
        return []
    tables = {name: graph.tables(each.sources) for name, each in left.items()}
    with warehouse.open(checkpoint=False) as connection:
        held = states(connection, {name for of in tables.values() for name in of})
        before = followed(connection)
    found = []
    for name, each in left.items():
        made_of = graph.made_of(graph.tags(each.assets), each.sources, held)
        # What is left of an operation may have been made with the rest of it, or by itself.
        known = any(made_of == before[of][0] for of in {name, name.partition(" ")[0]} if of in before)
        stored = each.assets & copies or held.keys() & set(tables[name])
        if wanted & each.assets or (stored and not known):
            found.append(each)
    return found


def forget_copy(connection: Connection) -> None:
    """Let this run, or the next, publish: rows have changed otherwise than in a table of ours."""
    forget_followed(connection, ["__".join(key.path) for key in COPIES])


def asking_steps(plan: ExecutionPlan, job: dg.JobDefinition) -> set[str]:
    """The steps that read the API."""
    graph = job.asset_layer.asset_graph
    return {
        step
        for step in plan.step_keys_to_execute
        for output in plan.get_step_by_key(step).step_outputs
        if (key := output.properties.asset_key) and API_KIND in graph.get(key).kinds
    }


def never_stored(
    plan: ExecutionPlan, steps: Iterable[str], job: dg.JobDefinition, warehouse: Warehouse
) -> set[str]:
    """Those of the steps of whose tables none was ever stored: what they follow, or are read per row of."""
    graph = _Graph(job)
    made = {step: _made(plan.get_step_by_key(step)) for step in steps}
    tables = {
        step: graph.tables(graph.sources(assets, checks))
        for step, (assets, checks) in made.items()
        if not graph.has_list(assets)
    }
    with warehouse.open(checkpoint=False) as connection:
        held = states(connection, {name for of in tables.values() for name in of})
    return {step for step, of in tables.items() if of and not held.keys() & set(of)}


def remember(made: Iterable[Follower], failed: Iterable[Follower], warehouse: Warehouse) -> None:
    """Record what followers were made of; forget those that failed, so that the next run makes them."""
    done, undone = {each.name: each.made_of for each in made}, [each.name for each in failed]
    if done or undone:
        with warehouse.open(checkpoint=False) as connection:
            record_followed(connection, done, datetime.now(UTC))
            forget_followed(connection, undone)


class _Graph:
    """The assets of the definitions that a job is of, and what they are made of.

    A job's own graph knows its parents only by name, so that the same step would differ from job to job.
    """

    def __init__(self, job: dg.JobDefinition) -> None:
        self._layer = job.asset_layer
        self._graph = job.asset_layer.asset_graph.source_asset_graph
        self._names = names_of(job)
        self._above: dict[dg.AssetKey, frozenset[dg.AssetKey]] = {}

    def sources(self, assets: Assets, checks: Checks) -> frozenset[dg.AssetKey]:
        """The assets that checks look at, and all that these and the given assets are made of."""
        looked_at = {check.asset_key for check in checks}
        return frozenset(looked_at).union(*(self._ancestors(key) for key in {*assets, *looked_at}))

    def tables(self, sources: Iterable[dg.AssetKey]) -> list[str]:
        """The names of those sources that are read from the API."""
        return sorted(key.path[-1] for key in sources if API_KIND in self._graph.get(key).kinds)

    def has_list(self, assets: Assets) -> bool:
        """Whether one of the assets is read from a list of its own, which needs no other table."""
        tags = [self._graph.get(key).tags for key in assets]
        per_row = (PerParent.__name__, EachParent.__name__)
        return any(each.get(SYNC, PerParent.__name__) not in per_row for each in tags)

    def declarations(self, sources: Iterable[dg.AssetKey]) -> list[str]:
        """The fingerprints of those sources that follow tables themselves."""
        operations = [self._graph.get(key).assets_def for key in sources]
        return sorted({each.node_def.tags.get(FOLLOWS, "") for each in operations if each.is_executable})

    def following(self) -> dict[str, Unselected]:
        """By the name of their follower: what follows assets of the job, not in it; the copies always."""
        inside = frozenset(self._layer.executable_asset_keys)
        found = {}
        for each in self._graph.assets_defs:
            if not each.is_executable or FOLLOWS not in each.node_def.tags:
                continue
            if left := frozenset(each.keys) - inside:
                sources = self.sources(left, frozenset())
                if sources & inside or left & self._names.copies:
                    name = _name(
                        self._names.plain(each.node_def.name), left, frozenset(), part=left != each.keys
                    )
                    found[name] = Unselected(assets=left, sources=sources)
        return found

    def tags(self, assets: Assets) -> Mapping[str, str]:
        """The tags of the operation that makes the assets."""
        return self._graph.get(min(assets)).assets_def.node_def.tags

    def made_of(self, tags: Mapping[str, str], sources: Assets, held: Mapping[str, str]) -> str:
        """The fingerprint of a follower's declaration, of those it is made of, and of the tables' state."""
        tables = [(name, held.get(name)) for name in self.tables(sources)]
        return _fingerprint(tags, self.declarations(sources), tables)

    def name(self, step: IExecutionStep, assets: Assets, checks: Checks) -> str:
        """The name of the step's follower: a part of an operation's assets has another than all of them."""
        definition = self._layer.get_assets_def_for_node(step.node_handle)
        return _name(
            self._names.plain(step.key), assets, checks, part=definition is not None and definition.is_subset
        )

    def _ancestors(self, key: dg.AssetKey) -> frozenset[dg.AssetKey]:
        if key not in self._above:
            parents = self._graph.get(key).parent_keys
            self._above[key] = frozenset(parents).union(*map(self._ancestors, parents))
        return self._above[key]


def _name(operation: str, assets: Assets, checks: Checks, *, part: bool) -> str:
    return (
        f"{operation} {_fingerprint(sorted(map(str, assets)), sorted(map(str, checks)))}"
        if part
        else operation
    )


def _made(step: IExecutionStep) -> tuple[Assets, Checks]:
    """The assets and the checks that a step makes."""
    made = [output.properties for output in step.step_outputs]
    return (
        frozenset(each.asset_key for each in made if each.asset_key and not each.asset_check_key),
        frozenset(each.asset_check_key for each in made if each.asset_check_key),
    )


def _fingerprint(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
