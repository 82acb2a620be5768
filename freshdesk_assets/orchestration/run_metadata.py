"""From what a run counted to Dagster's metadata."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import dagster as dg

from freshdesk_assets.extract.http.tally import Tally
from freshdesk_assets.orchestration.names import ASIDE, DEFERRED, LEFT, ROWS, SKIPPED
from freshdesk_assets.warehouse.derived.children import Derived
from freshdesk_assets.warehouse.derived.histories import Recorded
from freshdesk_assets.warehouse.landing.spool import Landed


def landing_metadata(landed: Landed, rows: int) -> dict[str, Any]:
    """What became of the rows read in the whole run."""
    held_back = {"rows_held_back": landed.held_back} if landed.held_back else {}
    return {
        "rows_read": landed.read,
        "rows_written": landed.inserted,
        "rows_updated": landed.updated,
        "rows_deleted": landed.deleted,
        "rows_rejected": landed.rejected,
        "rows_with_extra": landed.odd,
        "dagster/row_count": rows,
        **held_back,
    }


def deriving_metadata(derived: Derived) -> dict[str, Any]:
    """What making a child table looked at and wrote."""
    return {
        "parents_cut": derived.parents,
        "rows_written": derived.written,
        "rows_removed": derived.removed,
        "elements_left_out": derived.left_out,
        "dagster/row_count": derived.rows,
    }


def history_metadata(mended: Recorded, states: int, holding: int) -> dict[str, Any]:
    """How many states there are, and how many landing had missed: none, unless something went wrong."""
    return {
        "states_holding": holding,
        "states_begun_late": mended.begun,
        "states_ended_late": mended.ended,
        "states_completed_late": mended.completed,
        "dagster/row_count": states,
    }


def as_of_metadata(moment: datetime | None) -> dict[str, Any]:
    """What a view or the copy is as of; nothing while none of its tables was read to its end."""
    return {"as_of": dg.MetadataValue.timestamp(moment)} if moment else {}


def as_of_each(moments: Mapping[str, datetime | None]) -> dg.MarkdownMetadataValue:
    """What each view of a schema is as of, by its name, as a table."""
    rows = [
        f"| {name} | {f'{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC' if moment else 'never read'} |"
        for name, moment in sorted(moments.items())
    ]
    return dg.MetadataValue.md("\n".join(["| view | as of |", "| --- | --- |", *rows]))


def partition_metadata(rows: int) -> dict[str, Any]:
    """What differs between the partitions of one run."""
    return {ROWS: rows}


def reading_metadata(
    tally: Tally,
    start: datetime,
    end: datetime,
    *,
    partitions: int,
    skipped: str | None,
    unfinished: str | None = None,
    deferred: str | None = None,
    set_aside: str | None = None,
) -> dict[str, Any]:
    """What reading cost, in calls, credits, seconds and bytes, and why something was not read."""
    spent: dict[str, Any] = {
        "api_calls": tally.calls,
        "api_credits": tally.credits,
        "seconds_waited_for_limit": round(tally.waited, 1),
        "bytes_read": tally.bytes,
        "window": f"{start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC",
        "partitions_in_run": partitions,
    }
    notes = {SKIPPED: skipped, ASIDE: set_aside, LEFT: unfinished, DEFERRED: deferred}
    for name, said in notes.items():
        if said:
            spent[name] = dg.MetadataValue.text(said)
    return spent
