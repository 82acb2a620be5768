"""From an account to the names of what Dagster stores of it: one account alone has the plain names.

With several accounts in one code location, each name begins with the account's prefix: the asset key
`acme/freshdesk/tickets`, the job `acme__replicate`, the pool `freshdesk_acme`. Within an account's own
file nothing is named after the account.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, get_type_hints

import dagster as dg

from freshdesk_assets.orchestration.names import ACCOUNT, COPIES, POOL, READS_THE_ACCOUNT, TIDY
from freshdesk_assets.schema.names import SCHEMA

BETWEEN = "__"
"""What stands between an account's prefix and a name; no prefix has it."""

RESOURCES = ("freshdesk", "duckdb", "io_manager")
"""The resources of an account, as the operations call them."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an account's assets, jobs, resources and pool; without a prefix, today's."""

    prefix: str = ""

    def asset(self, name: str, schema: str = SCHEMA) -> dg.AssetKey:
        """An asset's key: the account's prefix, then schema and table as DuckDB has them."""
        return self.key(dg.AssetKey([schema, name]))

    def key(self, plain: dg.AssetKey) -> dg.AssetKey:
        """An asset's key, from what it is with one account alone."""
        return dg.AssetKey([self.prefix, *plain.path]) if self.prefix else plain

    def keys(self, plain: Iterable[dg.AssetKey]) -> frozenset[dg.AssetKey]:
        """Several of them."""
        return frozenset(map(self.key, plain))

    @property
    def copies(self) -> frozenset[dg.AssetKey]:
        """The copy for analysts and its page."""
        return self.keys(COPIES)

    def name(self, plain: str) -> str:
        """The name of a job, a schedule, a sensor, a group, a resource or an operation."""
        return f"{self.prefix}{BETWEEN}{plain}" if self.prefix else plain

    def plain(self, name: str) -> str:
        """That name with one account alone, which is what an account's file knows it by."""
        return name.removeprefix(f"{self.prefix}{BETWEEN}") if self.prefix else name

    @property
    def pool(self) -> str:
        """One run at a time spends the account's credits and writes its file."""
        return f"{POOL}_{self.prefix}" if self.prefix else POOL

    @property
    def tags(self) -> dict[str, str]:
        """What tells assets and runs of the account from those of others."""
        return {ACCOUNT: self.prefix} if self.prefix else {}

    @property
    def io_manager(self) -> dict[str, str]:
        """What says to an asset that it belongs to the account's IO manager; nothing to one's alone."""
        return {"io_manager_key": self.name("io_manager")} if self.prefix else {}

    def stored(self, spec: dg.AssetSpec) -> dg.AssetSpec:
        """The same for the specification of an asset."""
        return spec.with_io_manager_key(self.name("io_manager")) if self.prefix else spec

    def only(self, selection: dg.AssetSelection) -> dg.AssetSelection:
        """What of a selection is the account's."""
        return selection & dg.AssetSelection.tag(ACCOUNT, self.prefix) if self.prefix else selection

    def owns(self, key: dg.AssetKey) -> bool:
        """Whether an asset is the account's, or may be."""
        return not self.prefix or key.path[0] == self.prefix

    def bound(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        """The operation, asking for the account's own resources by their names.

        Dagster takes the name of a parameter for that of the resource.
        """
        if not self.prefix:
            return operation
        given = inspect.signature(operation)
        hints = get_type_hints(operation, include_extras=True)
        called = {self.name(each): each for each in RESOURCES if each in given.parameters}

        def given_names(named: dict[str, Any]) -> dict[str, Any]:
            return {called.get(name, name): each for name, each in named.items()}

        if inspect.isgeneratorfunction(operation):
            # Dagster infers outputs from what is returned, unless it is a generator.
            def renamed(*positional: Any, **named: Any) -> Any:
                yield from operation(*positional, **given_names(named))
        else:

            def renamed(*positional: Any, **named: Any) -> Any:
                return operation(*positional, **given_names(named))

        functools.update_wrapper(renamed, operation)
        back = {plain: name for name, plain in called.items()}
        parameters = [
            each.replace(
                name=back.get(each.name, each.name), annotation=hints.get(each.name, each.annotation)
            )
            for each in given.parameters.values()
        ]
        renamed.__annotations__ = {back.get(name, name): hint for name, hint in hints.items()}
        renamed.__signature__ = given.replace(parameters=parameters)  # type: ignore[attr-defined]
        # Dagster reads the hints of what it is wrapped around, if it finds it.
        del renamed.__wrapped__  # type: ignore[attr-defined]
        return renamed


ALONE = Names()
"""The names where there is one account alone."""


def names_of(job: dg.JobDefinition) -> Names:
    """The names of the account whose assets a job has, or into whose file it stores.

    Raises DagsterInvariantViolationError for assets of several: a run has one account's lock and limit.
    """
    graph, keys = job.asset_layer.asset_graph, job.asset_layer.executable_asset_keys
    found = {graph.get(key).tags[ACCOUNT] for key in keys if ACCOUNT in graph.get(key).tags}
    for check in job.asset_layer.asset_graph.asset_check_keys if not keys else ():
        if graph.has(check.asset_key):
            found |= {graph.get(check.asset_key).tags.get(ACCOUNT, "")} - {""}
    if not found:
        managers = (graph.get(key).assets_def.get_io_manager_key_for_asset_key(key) for key in keys)
        found = {prefix for each in managers if (prefix := each.partition(BETWEEN + RESOURCES[2])[0]) != each}
    if len(found) > 1:
        raise dg.DagsterInvariantViolationError(
            f"this run has assets of several accounts ({', '.join(sorted(found))}), and a run reads one:"
            " launch one for each, as by the jobs "
            + ", ".join(f"{each}{BETWEEN}replicate" for each in sorted(found))
        )
    return Names(next(iter(found), ""))


def account_of(run: dg.DagsterRun) -> str:
    """The prefix of the account that a run is of, as far as the run tells; empty if it does not."""
    if given := run.tags.get(ACCOUNT):
        return given
    if not run.job_name.startswith(BETWEEN):
        prefix, _, job = run.job_name.rpartition(BETWEEN)
        return prefix if job in {*READS_THE_ACCOUNT, TIDY} else ""
    firsts = {key.path[0] for key in run.asset_selection or () if len(key.path) > 2}
    return firsts.pop() if len(firsts) == 1 else ""
