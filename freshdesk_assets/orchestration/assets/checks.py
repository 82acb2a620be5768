"""From declarations to asset checks: the check of a table's key blocks, all others warn.

The result of a check is kept in the run's records: counts, ids and codes, never customers' text.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.references import build_reference_checks
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.following import follows
from freshdesk_assets.orchestration.names import (
    ACCEPTED,
    COUNT,
    CURRENT,
    KEY_CHECK,
    REFUSED,
    SHAPE,
    SPANS,
    UNKNOWN,
)
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.schema.catalog import Catalog, Declared, cells, key_of
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Table
from freshdesk_assets.setting_values import written
from freshdesk_assets.warehouse.derived.acknowledged import amiss_in
from freshdesk_assets.warehouse.derived.checks import (
    Finding,
    check_accepted,
    check_current,
    check_key,
    check_query,
    check_refused,
    check_row_count,
    check_shape,
    check_spans,
    check_unknown_keys,
    limited,
)
from freshdesk_assets.warehouse.file import Connection

FOUND_BY: Mapping[str, Callable[[Connection, Any], Finding]] = {
    KEY_CHECK: check_key,
    SHAPE: check_shape,
    ACCEPTED: check_accepted,
    SPANS: check_spans,
    CURRENT: check_current,
    UNKNOWN: check_unknown_keys,
    COUNT: check_row_count,
    REFUSED: check_refused,
}
"""From the name of a check to its function, for a table, a child table or a history. `_contents` says which
of them has which checks."""


ACKNOWLEDGED = "What FRESHDESK_KNOWN names is not told of."


def build_checks(
    catalog: Catalog,
    queries: Sequence[SqlCheck],
    assets: Iterable[dg.AssetsDefinition],
    acknowledged: Collection[str] = (),
    names: Names = ALONE,
) -> list[dg.AssetChecksDefinition]:
    """Every check: of tables' keys (blocking), of contents, of references, and the users' own in SQL.

    `acknowledged` are unknown keys and columns with unknown values that nobody needs to be told of, as
    `table.name`.

    Raises DeclarationError for a check of a table or view that is not among the assets.
    """
    known = {key for made in assets for key in made.keys}
    for query in queries:
        if names.asset(query.table, query.schema) not in known:
            raise DeclarationError(
                f"check {query.file}: there is no table or view {query.schema}.{query.table}; put the file"
                " into checks/<schema>/<table>/ of the table or view that it checks"
            )
    checks = [_key_check(table, names) for table in catalog]
    checks += [_contents_check(catalog, acknowledged, names), build_reference_checks(catalog, names)]
    return [*checks, _queries_check(queries, names)] if queries else checks


def _key_check(table: Table, names: Names) -> dg.AssetChecksDefinition:
    """The one check that blocks: children and views would multiply rows that share a key."""

    @dg.asset_check(
        asset=names.asset(table.name),
        name=KEY_CHECK,
        blocking=True,
        op_tags=follows(table.key),
        description=_key_description(table.key),
    )
    @names.bound
    def check(duckdb: DuckDBFile) -> dg.AssetCheckResult:
        with as_dagster_errors(), duckdb.warehouse().open() as connection:
            found = check_key(connection, table)
        return _result(names.asset(table.name), KEY_CHECK, found, severity=dg.AssetCheckSeverity.ERROR)

    return check


def _contents_check(
    catalog: Catalog, acknowledged: Collection[str], names: Names
) -> dg.AssetChecksDefinition:
    declared = {each.name: each for each in catalog.everything}
    specs = [
        dg.AssetCheckSpec(name, asset=names.asset(each.name), description=said)
        for each in declared.values()
        for name, said in _contents(each)
    ]

    tellable = [(table, name) for table, each in declared.items() for name, _ in _contents(each)]
    tellable = [(table, name) for table, name in tellable if name in (UNKNOWN, ACCEPTED)]
    looked_at = [*map(_looked_at, declared.values()), sorted(acknowledged)]
    found_by: Mapping[str, Callable[[Connection, Any], Finding]] = {
        **FOUND_BY,
        UNKNOWN: partial(check_unknown_keys, known=acknowledged),
        ACCEPTED: partial(check_accepted, known=acknowledged),
    }

    @dg.multi_asset_check(
        name=names.name("contents"), specs=specs, can_subset=True, op_tags=follows(looked_at)
    )
    @names.bound
    def check(context: dg.AssetCheckExecutionContext, duckdb: DuckDBFile) -> Iterator[dg.AssetCheckResult]:
        # Results are recorded after the file is closed: an error in between would leave it open.
        chosen = [(each.asset_key.path[-1], each.name) for each in sorted(context.selected_asset_check_keys)]
        with as_dagster_errors(), duckdb.warehouse(context.log.info).open() as connection:
            found = {key: found_by[key[1]](connection, declared[key[0]]) for key in chosen}
            if any(each.new for each in found.values()):
                others = [key for key in tellable if key not in found]
                beside = [found_by[key[1]](connection, declared[key[0]]) for key in others]
                advice = _advice(acknowledged, [*found.values(), *beside])
            else:
                advice = ""
        for each in found.values():
            for said in amiss_in(each.amiss, each.new):
                context.log.warning(said)
        for table, name in chosen:
            made = found[table, name]
            told = replace(made, said=f"{made.said}. {advice}") if made.new else made
            yield _result(names.asset(table), name, told)

    return check


def _contents(declared: Declared) -> Iterator[tuple[str, str]]:
    """Name and description of a table's checks that do not block."""
    if not isinstance(declared, Table):
        yield KEY_CHECK, _key_description(key_of(declared))
    yield SHAPE, "Every declared column is stored under its declared type."
    if columns := limited(declared):
        names = ", ".join(column.name for column in columns)
        yield ACCEPTED, f"{names}: only values that Freshdesk is known to send. {ACKNOWLEDGED}"
    if isinstance(declared, History):
        yield SPANS, "A row has one state at a time, and no state ends before it begins."
        yield CURRENT, "Every row that Freshdesk has is in a current state, and no other row is."
    if isinstance(declared, Table):
        said = "Every key that the API sends has a column. The values of other keys are kept in _extra."
        yield UNKNOWN, f"{said} {ACKNOWLEDGED}"
        if isinstance(declared.sync, FullList):
            yield COUNT, "The table has as many rows as Freshdesk's list had when it was last read."
        if declared.branches or declared.row_call:
            yield REFUSED, "No row is set aside because Freshdesk refused the call that is made for it alone."


def _advice(acknowledged: Collection[str], found: Iterable[Finding]) -> str:
    """What to set to hear no more of any table's check: a line for one table would undo another's."""
    named = dict.fromkeys([*acknowledged, *(name for each in found for name in each.new)])
    return f"To hear no more of it: FRESHDESK_KNOWN={written(named)}"


def _key_description(key: Sequence[str]) -> str:
    if len(key) == 1:
        return f"{key[0]} is unique and never null."
    return f"{', '.join(key)} are unique together, and none is null."


def _looked_at(declared: Declared) -> object:
    """What of a declaration the checks of its contents depend on, without its words."""
    columns = [
        (column.name, str(column.type), column.accepted, column.required) for column in cells(declared)
    ]
    return declared.name, key_of(declared), columns, [name for name, _ in _contents(declared)]


def _queries_check(queries: Sequence[SqlCheck], names: Names) -> dg.AssetChecksDefinition:
    named = {(names.asset(each.table, each.schema), each.name): each for each in queries}
    specs = [dg.AssetCheckSpec(name, asset=key, description=each.doc) for (key, name), each in named.items()]

    @dg.multi_asset_check(
        name=names.name("queries"),
        specs=specs,
        can_subset=True,
        op_tags=follows([each.sql for each in queries]),
    )
    @names.bound
    def check(context: dg.AssetCheckExecutionContext, duckdb: DuckDBFile) -> Iterator[dg.AssetCheckResult]:
        for key in sorted(context.selected_asset_check_keys):
            query = named[key.asset_key, key.name]
            with (
                as_dagster_errors(f"check {query.name}"),
                duckdb.warehouse(context.log.info).open() as connection,
            ):
                found = check_query(connection, query.sql)
            if found.count:
                all_of_them = f"`freshdesk-assets query --file` with checks/{query.file} shows them all"
                found = replace(found, said=f"not so: {query.doc} {found.said}. {all_of_them}")
            yield _result(key.asset_key, key.name, found)

    return check


def _result(
    key: dg.AssetKey,
    name: str,
    found: Finding,
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN,
) -> dg.AssetCheckResult:
    metadata: dict[str, Any] = {"found": found.count, **found.counts}
    if found.listed_at:
        metadata["listed_at"] = found.listed_at.isoformat()
    if found.acknowledged:
        metadata["acknowledged"] = dg.MetadataValue.json(list(found.acknowledged))
    if found.examples:
        metadata["examples"] = dg.MetadataValue.json([dict(example) for example in found.examples])
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=name,
        passed=found.count == 0,
        severity=severity,
        description=found.said or None,
        metadata=metadata,
    )
