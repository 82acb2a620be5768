"""From checks that a run left out to Dagster's records without them: they would show as skipped."""

from collections.abc import Iterable

import dagster as dg
import sqlalchemy as db

from freshdesk_assets.orchestration.internals import (
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    SqlEventLogStorage,
)


def forget_planned(instance: dg.DagsterInstance, run_id: str, checks: Iterable[dg.AssetCheckKey]) -> None:
    """Remove the planned checks of a run that it left out, so that the UI shows their last results."""
    storage, made = instance.event_log_storage, AssetCheckExecutionsTable.c
    keys = list(checks)
    if not isinstance(storage, SqlEventLogStorage) or not keys:
        return
    which = db.tuple_(made.asset_key, made.check_name).in_(
        [(key.asset_key.to_string(), key.name) for key in keys]
    )
    planned = AssetCheckExecutionRecordStatus.PLANNED.value
    with storage.index_connection() as connection:
        connection.execute(
            AssetCheckExecutionsTable.delete().where(
                made.run_id == run_id, made.execution_status == planned, which
            )
        )
