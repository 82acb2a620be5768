"""From settings to what is replicated: the tables, and the views and checks that read no others."""

from collections.abc import Collection
from dataclasses import dataclass

from freshdesk_assets.checks import declared_checks
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.choosing import UnknownTable, bounded, choose
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.setting_paths import SettingError
from freshdesk_assets.settings import Settings, variable
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import condition_amiss, declared_views, reads_of
from freshdesk_assets.warehouse.derived.views import readable

METRICS = "metrics"
"""The schema whose views the page asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What is replicated, and made of it.

    `page`: whether every view is there that the page may ask.
    """

    catalog: Catalog
    views: tuple[SqlView, ...]
    checks: tuple[SqlCheck, ...]
    page: bool


def chosen(settings: Settings) -> Chosen:
    """What the settings choose of all that is declared; raises SettingError for names of nothing."""
    catalog = chosen_tables(settings)
    views = views_over(catalog)
    known = _known(catalog) | {(view.schema, view.name.lower()) for view in views}
    checks = declared_checks()
    found = zip(checks, reads_of(checks), strict=True)
    return Chosen(
        catalog=catalog,
        views=views,
        checks=tuple(
            check for check, reads in found if _are_known([*reads, (check.schema, check.table)], known)
        ),
        page=not any(view.schema == METRICS for view in declared_views() if view not in views),
    )


def views_over(catalog: Catalog) -> tuple[SqlView, ...]:
    """The declared views that read no tables but those of the catalogue."""
    known, views = _known(catalog), []
    # A view comes after those that it reads.
    for view in declared_views():
        if _are_known(view.reads, known):
            views.append(view)
            known.add((view.schema, view.name.lower()))
    return tuple(views)


def chosen_tables(settings: Settings) -> Catalog:
    """The tables alone, which commands without Dagster need."""
    declared, condition = declared_tables(), settings.per_ticket or ""
    columns = {column.name for table in bounded(declared) for column in table.stored}
    if condition and (amiss := condition_amiss(condition, columns)):
        raise SettingError(f"{variable('per_ticket')} {amiss}")
    if amiss := next(settings.policy.complaints(declared), None):
        raise SettingError(f"{variable('pii_exceptions')} {amiss}")
    try:
        return choose(declared, settings.tables, condition)
    except UnknownTable as error:
        raise SettingError(f"{variable('tables')} {error}") from error


def _known(catalog: Catalog) -> set[tuple[str, str]]:
    return {(schema, name.lower()) for schema, name in readable(catalog)}


def _are_known(reads: Collection[tuple[str, str]], known: Collection[tuple[str, str]]) -> bool:
    return all((schema, name.lower()) in known for schema, name in reads)
