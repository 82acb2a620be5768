"""From declarations and settings to the `Definitions` that `dagster dev` and every run load."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import dagster as dg

from freshdesk_assets.accounts import ensure_few, settings_of
from freshdesk_assets.chosen import chosen
from freshdesk_assets.environment import without_effect
from freshdesk_assets.orchestration.account_names import RESOURCES, Names
from freshdesk_assets.orchestration.assets.accounts import with_account
from freshdesk_assets.orchestration.assets.checks import build_checks
from freshdesk_assets.orchestration.assets.children import build_children
from freshdesk_assets.orchestration.assets.examples import with_examples
from freshdesk_assets.orchestration.assets.files import build_files
from freshdesk_assets.orchestration.assets.freshness import with_freshness
from freshdesk_assets.orchestration.assets.histories import build_histories
from freshdesk_assets.orchestration.assets.metrics import build_metrics
from freshdesk_assets.orchestration.assets.page import build_page
from freshdesk_assets.orchestration.assets.publishing import build_publication
from freshdesk_assets.orchestration.assets.references import build_references
from freshdesk_assets.orchestration.assets.tables import build_tables
from freshdesk_assets.orchestration.assets.views import build_views
from freshdesk_assets.orchestration.executor import build_executor
from freshdesk_assets.orchestration.io_manager import ReplicaIOManager
from freshdesk_assets.orchestration.names import FILES
from freshdesk_assets.orchestration.own import with_own
from freshdesk_assets.orchestration.replica_file import duckdb_file
from freshdesk_assets.orchestration.resources import freshdesk_api
from freshdesk_assets.orchestration.runs.jobs import build_jobs
from freshdesk_assets.orchestration.runs.schedules import build_schedules, build_tidy_schedule
from freshdesk_assets.orchestration.runs.sensors import build_sensors
from freshdesk_assets.orchestration.upkeep.alerts import build_alerts
from freshdesk_assets.orchestration.upkeep.tidying import build_tidying
from freshdesk_assets.queries import declared_queries
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.settings import Settings, read_settings
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import bound, schemas, traced
from freshdesk_assets.warehouse.all_accounts import Together
from freshdesk_assets.warehouse.derived.acknowledged import amiss
from freshdesk_assets.warehouse.derived.views import readable


def build_defs(
    settings: Settings,
    catalog: Catalog | None = None,
    *,
    views: Sequence[SqlView] | None = None,
    checks: Sequence[SqlCheck] | None = None,
    resources: Mapping[str, Any] | None = None,
    assets: Iterable[dg.AssetsDefinition] = (),
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
    page: bool | None = None,
    executor: dg.ExecutorDefinition | None = None,
) -> dg.Definitions:
    """The replica's definitions.

    - `catalog`, `views` and `checks` are those of this package that the settings choose, unless given. With
      a `catalog`, there are no views and checks but those given.
    - `resources` replace ours by name; `assets` are added to ours.
    - `loggers` are those of Dagster, unless given.
    - `executor` is one for several accounts, whose records another job looks after.
    - `page`: whether there is the page, which asks the declared views; with a `catalog` not, unless given.

    The account is the one that the environment names when a run begins, unless `resources` have a
    `freshdesk`.
    """
    if catalog is None:
        ours = chosen(settings)
        catalog = ours.catalog
        views, checks = ours.views if views is None else views, ours.checks if checks is None else checks
        page = ours.page if page is None else page
    views, checks, assets = views or (), checks or (), list(assets)
    others = (key.path for made in assets for key in made.keys)
    shapes = {**readable(catalog), **{(path[-2], path[-1]): {} for path in others if len(path) > 1}}
    columns = traced(views, shapes)
    bound(checks, views, columns, shapes)
    file = resources["duckdb"] if resources and "duckdb" in resources else duckdb_file(settings)
    api = resources["freshdesk"] if resources and "freshdesk" in resources else freshdesk_api(settings)
    names = Names(settings.prefix)
    own = {"freshdesk": api, "duckdb": file, "io_manager": ReplicaIOManager(file=file)}
    # Ours are replaced by name: an account's by the name that one alone has.
    given = {**own, **(resources or {})}
    shared = {names.name(name) if name in RESOURCES else name: each for name, each in given.items()}
    mode = duckdb_file(settings).mode_of_copy
    together = None
    if settings.together:
        target, copies = settings.together
        together = Together(target=target, copies=copies, storage=settings.storage, mode=mode)
    files, files_checks = build_files(catalog, settings.files, settings.files_max_mb, names)
    made = [
        *build_tables(catalog, settings.partitioning, names),
        *build_children(catalog, names),
        *build_histories(catalog, names),
        *build_views(views, columns, catalog, settings.rules, names),
        build_references(catalog, names),
        *files,
        build_publication(views, [FILES] if files else [], mode, names, together),
        *([build_page(duckdb_file(settings).page_options, mode, names)] if page else []),
        *build_metrics(views, settings.partitioning.since, names),
    ]
    described = with_examples(made, declared_queries())
    named = with_account(with_freshness(described, catalog, settings.every, names), names)
    executes = executor or build_executor(files={names.prefix: file})
    looks_after = [] if executor else [build_tidying([file], settings.keep_runs, names, executes)]
    return dg.Definitions(
        assets=[*named, *assets],
        asset_checks=[
            *build_checks(catalog, checks, [*made, *assets], settings.known, names),
            *files_checks,
        ],
        jobs=[*build_jobs(catalog, names), *looks_after],
        schedules=[
            *build_schedules(catalog, settings, file, names),
            *([] if executor else [build_tidy_schedule(settings, names)]),
        ],
        sensors=[
            *build_sensors(catalog, settings, api, file, names),
            *([] if executor else [build_alerts(settings, names)]),
        ],
        resources=shared,
        executor=executes,
        loggers=loggers,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The replica that the environment describes. It loads without an account too, to be looked at."""
    settings = read_settings(schemas())
    each = settings_of(settings, schemas())
    known = tuple(dict.fromkeys(name for of in each for name in of.known))
    _warn_of_what_has_no_effect(known, tuple(named.key for named in settings.accounts))
    return with_own(build_all(each), settings.assets_module)


def build_all(each: Sequence[Settings]) -> dg.Definitions:
    """The definitions of one account or of several, which share the executor and what looks after records.

    Raises SettingError for too many.
    """
    ensure_few(each)
    first, *others = each
    if not others:
        return build_defs(first)
    files = {settings.prefix: duckdb_file(settings) for settings in each}
    executor = build_executor(files=files)
    looks_after = dg.Definitions(
        jobs=[build_tidying(list(files.values()), first.keep_runs, executor=executor)],
        schedules=[build_tidy_schedule(first)],
        sensors=[build_alerts(first)],
        executor=executor,
    )
    return dg.Definitions.merge(*(build_defs(settings, executor=executor) for settings in each), looks_after)


@cache
def _warn_of_what_has_no_effect(known: tuple[str, ...], keys: tuple[str, ...]) -> None:
    """Warn once per process: Dagster asks it for the definitions more than once."""
    for said in [*without_effect(keys), *amiss(declared_tables(), known)]:
        logging.getLogger(__name__).warning(said)
