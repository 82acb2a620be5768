"""Every name that this project takes from Dagster's private modules, and why there is no public one.

Dagster is pinned in pyproject.toml; for an upgrade this one file must be checked. `test_internals.py` makes
sure that no other file imports private names, and that the pinned version is the one these were read in.
"""

from collections.abc import Mapping

from dagster import AssetKey, DagsterInstance

# The examples of dagster.yaml in deploy/ are held against Dagster's own schema (test_deploy.py).
from dagster._config import process_config, resolve_to_config_type

# Our executor asks which assets a job reads from the API (executor.py).
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.definitions.assets.graph.asset_graph import AssetGraph
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

# Our executor runs a plan in rounds (executor.py); Dagster keeps the loop private.
from dagster._core.definitions.job_base import InMemoryJob
from dagster._core.definitions.partitions.subset import AllPartitionsSubset
from dagster._core.definitions.repository_definition.repository_definition import RepositoryDefinition
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._core.errors import DagsterEventLogInvalidForRun
from dagster._core.event_api import (
    EventLogCursor,
    EventLogRecord,
    EventRecordsFilter,
    RunShardedEventsCursor,
)
from dagster._core.events import (
    ASSET_EVENTS,
    BATCH_WRITABLE_EVENTS,
    AssetMaterializationPlannedData,
    DagsterEvent,
    DagsterEventType,
    EngineEventData,
    StepMaterializationData,
)
from dagster._core.events.log import EventLogEntry
from dagster._core.execution.api import ExecuteRunWithPlanIterable, create_execution_plan
from dagster._core.execution.backfill import PartitionBackfill
from dagster._core.execution.context.metadata_logging import AssetMetadataHandle, OutputMetadataAccumulator
from dagster._core.execution.context.system import (
    PlanExecutionContext,
    PlanOrchestrationContext,
    StepExecutionContext,
)
from dagster._core.execution.context_creation_job import PlanExecutionContextManager
from dagster._core.execution.execute_in_process import core_execute_in_process
from dagster._core.execution.plan.execute_plan import inner_plan_execution_iterator
from dagster._core.execution.plan.instance_concurrency_context import InstanceConcurrencyContext
from dagster._core.execution.plan.plan import ExecutionPlan
from dagster._core.execution.plan.step import IExecutionStep
from dagster._core.execution.stats import STEP_STATS_EVENT_TYPES, build_run_step_stats_from_events
from dagster._core.executor.in_process import InProcessExecutor

# What somebody's own dagster.yaml limits by pool (configuration.py).
from dagster._core.instance.config import PoolGranularity, dagster_instance_config

# The states of checks and runs in storage (incidents.py, tidying.py).
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.storage.asset_check_execution_record import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
)
from dagster._core.storage.dagster_run import FINISHED_STATUSES

# The IO manager is the stock one with other parts (io_manager.py).
from dagster._core.storage.db_io_manager import (
    DbClient,
    DbIOManager,
    DbTypeHandler,
    TablePartitionDimension,
    TableSlice,
)
from dagster._core.storage.event_log import SqlEventLogStorage, SqliteEventLogStorage
from dagster._core.storage.event_log.base import EventLogConnection
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    AssetKeyTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorageWatchdog

# A command's own run prints to the terminal, not to a file that child processes follow (executor.py).
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sql import LongText
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage

# Whether Dagster runs a failed run again (incidents.py), and where the UI shows a run (origin.py).
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    CODE_LOCATION_TAG,
    MAX_RETRIES_TAG,
    REPOSITORY_LABEL_TAG,
    WILL_RETRY_TAG,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

# Run records are stored by subclasses of the stock storages (records/). A storage can be named in
# dagster.yaml, so it is meant to be replaced; its base classes are not exported.
from dagster._serdes import ConfigurableClassData, deserialize_value, serialize_value

# What @dg.definitions makes of a function in a module of the user's own (own.py).
from dagster.components.definitions import LazyDefinitions
from dagster_shared.error import SerializableErrorInfo
from dagster_shared.record import copy
from dagster_shared.serdes.errors import DeserializationError

__all__ = [
    "ASSET_EVENTS",
    "ASSET_PARTITION_RANGE_END_TAG",
    "ASSET_PARTITION_RANGE_START_TAG",
    "BATCH_WRITABLE_EVENTS",
    "CODE_LOCATION_TAG",
    "FINISHED_STATUSES",
    "MAX_RETRIES_TAG",
    "REPOSITORY_LABEL_TAG",
    "SQLITE_BUSY_TIMEOUT_SECONDS",
    "STEP_STATS_EVENT_TYPES",
    "WILL_RETRY_TAG",
    "AllPartitionsSubset",
    "AssetCheckEvaluationTargetMaterializationData",
    "AssetCheckExecutionRecord",
    "AssetCheckExecutionRecordStatus",
    "AssetCheckExecutionsTable",
    "AssetEventTagsTable",
    "AssetGraph",
    "AssetKeyTable",
    "AssetMaterializationPlannedData",
    "ConfigurableClassData",
    "DagsterEvent",
    "DagsterEventLogInvalidForRun",
    "DagsterEventType",
    "DagsterSqliteStorage",
    "DbClient",
    "DbIOManager",
    "DbTypeHandler",
    "DeserializationError",
    "EngineEventData",
    "EventLogConnection",
    "EventLogCursor",
    "EventLogEntry",
    "EventLogRecord",
    "EventRecordsFilter",
    "ExecuteRunWithPlanIterable",
    "ExecutionPlan",
    "IExecutionStep",
    "InMemoryJob",
    "InProcessExecutor",
    "InstanceConcurrencyContext",
    "LazyDefinitions",
    "LoadableTargetOrigin",
    "LongText",
    "ManagedGrpcPythonEnvCodeLocationOrigin",
    "PartitionBackfill",
    "PlanExecutionContext",
    "PlanExecutionContextManager",
    "PlanOrchestrationContext",
    "PoolGranularity",
    "RemoteRepositoryOrigin",
    "RepositoryDefinition",
    "RunShardedEventsCursor",
    "SerializableErrorInfo",
    "SqlEventLogStorage",
    "SqlEventLogStorageTable",
    "SqliteEventLogStorage",
    "SqliteEventLogStorageWatchdog",
    "SqliteRunStorage",
    "SqliteScheduleStorage",
    "StepMaterializationData",
    "TablePartitionDimension",
    "TableSlice",
    "TimeWindowFreshnessPolicy",
    "UnresolvedAssetJobDefinition",
    "build_run_step_stats_from_events",
    "copy",
    "core_execute_in_process",
    "create_execution_plan",
    "dagster_instance_config",
    "deserialize_value",
    "inner_plan_execution_iterator",
    "note_partitions",
    "process_config",
    "resolve_to_config_type",
    "serialize_value",
    "uncaptured",
]


def uncaptured(instance: DagsterInstance) -> None:
    """Let runs of this process print to its own terminal.

    Dagster would redirect it into a file, which four child processes copy to the terminal as it grows. They
    get each Ctrl-C too, and two of them answer with a traceback. And a file is no terminal.
    """
    instance._compute_log_manager = NoOpComputeLogManager()
    instance._compute_log_manager.register_instance(instance)


def note_partitions(
    context: StepExecutionContext, asset: AssetKey, metadata: Mapping[str, Mapping[str, object]]
) -> None:
    """Add metadata to several partitions of an asset, as `context.add_asset_metadata` does to one.

    Each call of that method copies and checks all metadata added before: 2,192 partitions take six seconds.
    """
    before = context._metadata_accumulator.per_output_metadata
    handles = {AssetMetadataHandle(asset_key=asset, partition_key=key): of for key, of in metadata.items()}
    context._metadata_accumulator = OutputMetadataAccumulator(
        per_output_metadata={
            **before,
            **{handle: {**before.get(handle, {}), **of} for handle, of in handles.items()},
        }
    )
