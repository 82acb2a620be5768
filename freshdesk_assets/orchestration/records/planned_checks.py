"""From checks that a run left out to Dagster's records in which their last results still hold.

A check is left out where what it looks at is as it was. Dagster shows a check that was planned and not made
as skipped, and one whose result is about an earlier materialization as not evaluated.
"""

import re
from collections.abc import Iterable

import dagster as dg
import sqlalchemy as db

from freshdesk_assets.orchestration.internals import (
    AssetCheckEvaluationTargetMaterializationData,
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    AssetKeyTable,
    EventLogRecord,
    SqlEventLogStorage,
    deserialize_value,
    serialize_value,
)

TARGET = re.compile(r'"target_materialization_data": (\{[^{}]*\}|null)')
"""What a stored result says of the materialization that it is about."""


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


def hold_of_latest(instance: dg.DagsterInstance, checks: Iterable[dg.AssetCheckKey]) -> None:
    """Have the last results of these checks be about the latest materialization of their asset.

    It changed no row that they look at, or they would have been made again.
    """
    storage, made, known = instance.event_log_storage, AssetCheckExecutionsTable.c, AssetKeyTable.c
    keys = {(key.asset_key.to_string(), key.name) for key in checks}
    if not isinstance(storage, SqlEventLogStorage) or not keys:
        return
    evaluated = [
        AssetCheckExecutionRecordStatus.SUCCEEDED.value,
        AssetCheckExecutionRecordStatus.FAILED.value,
    ]
    latest = (
        db.select(db.func.max(made.id))
        .where(made.execution_status.in_(evaluated))
        .group_by(made.asset_key, made.check_name)
    )
    results = db.select(made.id, made.asset_key, made.check_name, made.evaluation_event).where(
        made.id.in_(latest)
    )
    with storage.index_connection() as connection:
        targets = {
            asset: _target(text)
            for asset, text in connection.execute(
                db.select(known.asset_key, known.last_materialization).where(
                    known.asset_key.in_({asset for asset, _ in keys}), known.last_materialization.is_not(None)
                )
            )
        }
        moved = []
        for id_, asset, name, text in connection.execute(results):
            if (asset, name) in keys and text and (target := targets.get(asset)):
                now = TARGET.sub(lambda _, target=target: target, text, count=1)  # type: ignore[misc]
                if now != text:
                    moved.append({"which": id_, "text": now})
        if moved:
            connection.execute(
                AssetCheckExecutionsTable.update()
                .where(made.id == db.bindparam("which"))
                .values(evaluation_event=db.bindparam("text")),
                moved,
            )


def _target(latest: str) -> str:
    """What a result says of this materialization."""
    record = deserialize_value(latest, EventLogRecord)
    data = AssetCheckEvaluationTargetMaterializationData(
        storage_id=record.storage_id, run_id=record.run_id, timestamp=record.timestamp
    )
    return f'"target_materialization_data": {serialize_value(data)}'
