"""From a Dagster event as text to a few bytes of it, and back.

Events differ little from each other: of the 1.6 kB of a materialization some 150 bytes are its own. They are
compressed one by one, with a dictionary of what most of them say.
"""

import zlib
from collections.abc import Callable
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect

from freshdesk_assets.orchestration.internals import LongText

PACKED = b"\x00fd2"
"""What packed text begins with; text that Dagster writes never begins so. It names the dictionary: another
dictionary is added beside this one with another name, and this one is never changed."""

RAW = -15
"""Without zlib's header and checksum, which take 10 bytes; SQLite and the disk guard against damage."""

WORTH_IT = 200
"""Text shorter than this is stored as it is."""

DICTIONARY = (
    b'", "partitions_subset": null}, "event_type_value": "ASSET_MATERIALIZATION_PLANNED", "logging_tags": {}, '
    b'"message": " intends to materialize asset ["freshdesk", ""]"'
    b'{"__class__": "AssetCheckEvaluationPlanned", "asset_key": "check_name": " intends to execute asset check '
    b' on asset "event_type_value": "ASSET_CHECK_EVALUATION_PLANNED", {"__class__": "AssetCheckEvaluation", '
    b'"blocking": false, "check_name": "passed": true, "severity": {"__enum__": "AssetCheckSeverity.WARN"}, '
    b'"target_materialization_data": {"__class__": "AssetCheckEvaluationTargetMaterializationData", '
    b'"ASSET_CHECK_EVALUATION", {"__class__": "StepOutputData", "STEP_OUTPUT", "STEP_SUCCESS", "STEP_START", '
    b'{"__class__": "StepSuccessData", "duration_ms": {"__class__": "StepOutputHandle", "HANDLED_OUTPUT", '
    b'{"__class__": "EventLogRecord", "event_log_entry": "storage_id": '
    b'{"__class__": "EventMetadataEntry", "description": null, "entry_data": {"__class__": '
    b'"IntMetadataEntryData", "value": 0}, "label": "dagster/row_count"}, "FloatMetadataEntryData", '
    b'"TextMetadataEntryData", "text": "JsonMetadataEntryData", "data": "dagster/partition_row_count"}], '
    b'{"__class__": "EventLogEntry", "dagster_event": {"__class__": "DagsterEvent", "event_specific_data": '
    b'{"__class__": "AssetMaterializationPlannedData", "asset_key": {"__class__": "AssetKey", "path": '
    b'["freshdesk", ""]}, "partition": "2026-01-01", "partitions_subset": null}, "event_type_value": '
    b'"ASSET_MATERIALIZATION_PLANNED", "logging_tags": {}, "message": "replicate intends to materialize asset '
    b'[\\"freshdesk\\", \\"\\"]", "pid": null, "pipeline_name": "replicate", "solid_handle": null, '
    b'"step_handle": null, "step_key": "freshdesk__", "step_kind_value": null}, "error_info": null, "level": 10, '
    b'"message": "", "pipeline_name": "replicate", "run_id": "", "step_key": "freshdesk__", "timestamp": 17, '
    b'"user_message": ""}'
    b'{"__class__": "EventLogEntry", "dagster_event": {"__class__": "DagsterEvent", "event_specific_data": '
    b'{"__class__": "StepMaterializationData", "asset_lineage": [], "materialization": {"__class__": '
    b'"AssetMaterialization", "asset_key": {"__class__": "AssetKey", "path": ["freshdesk", "'
    b'"]}, "description": null, "metadata_entries": [{"__class__": "EventMetadataEntry", "description": null, '
    b'"entry_data": {"__class__": "IntMetadataEntryData", "value": 0}, "label": "dagster/partition_row_count"}], '
    b'"partition": "2026-01-01", "tags": {"dagster/code_version": "", "dagster/data_version": ""}}}, '
    b'"event_type_value": "ASSET_MATERIALIZATION", "logging_tags": {"job_name": "replicate", "op_name": '
    b'"freshdesk__", "resource_fn_name": "None", "resource_name": "None", "run_id": "", "step_key": '
    b'"freshdesk__"}, "message": "Materialized value freshdesk .", "pid": 1, "pipeline_name": "replicate", '
    b'"solid_handle": {"__class__": "SolidHandle", "name": "freshdesk__", "parent": null}, "step_handle": '
    b'{"__class__": "StepHandle", "key": "freshdesk__", "solid_handle": {"__class__": "SolidHandle", "name": '
    b'"freshdesk__", "parent": null}}, "step_key": "freshdesk__", "step_kind_value": "COMPUTE"}, "error_info": '
    b'null, "level": 10, "message": "", "pipeline_name": "replicate", "run_id": "", "step_key": "freshdesk__", '
    b'"timestamp": 17, "user_message": "Materialized value freshdesk ."}'
)
"""What most events say, the most frequent last. Never change it: it unpacks what was packed with it. Another
dictionary needs another `PACKED`."""


def pack(text: str) -> bytes:
    """The text as bytes that `unpack` reads."""
    packer = zlib.compressobj(level=9, wbits=RAW, zdict=DICTIONARY)
    return PACKED + packer.compress(text.encode()) + packer.flush()


def unpack(stored: bytes) -> str:
    """The text that was packed; raises ValueError on anything else."""
    if not stored.startswith(PACKED):
        raise ValueError("this is not a packed event: it was written by something else")
    return zlib.decompressobj(wbits=RAW, zdict=DICTIONARY).decompress(stored[len(PACKED) :]).decode()


class PackedText(LongText):
    """A column of long text, packed where that is worth it; what was stored unpacked is read as it is."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """From text to what SQLite stores."""

        def process(value: Any) -> Any:
            return pack(value) if isinstance(value, str) and len(value) >= WORTH_IT else value

        return process

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """From what SQLite stores to text."""

        def process(value: Any) -> Any:
            return unpack(value) if isinstance(value, bytes) else value

        return process


class PackedSqlite(SQLiteDialect_pysqlite):
    """SQLite, with Dagster's long texts packed."""

    supports_statement_cache = True
    colspecs = {  # noqa: RUF012 - as the base class declares it
        **SQLiteDialect_pysqlite.colspecs,
        LongText: PackedText,
    }


DRIVER = "sqlite+packed"
registry.register("sqlite.packed", __name__, PackedSqlite.__name__)
