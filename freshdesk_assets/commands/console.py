"""From a run's log and events to what the command line prints during the run and at its end."""

import json
import logging
import re
import shlex
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Report

from freshdesk_assets.commands.display import Display
from freshdesk_assets.orchestration.names import AWAITED

Counts = Counter[str]
"""Numbers of a run, by the name of their metadata."""


class ConsoleHandler(logging.Handler):
    """Prints the part of a run's log that a person waiting for the run wants to see: a cause once."""

    def __init__(self, console: Console, display: Display) -> None:
        super().__init__(logging.INFO)
        self._console = console
        self._display = display
        self._told = Counts()
        self._skipped = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Print the project's own messages and why steps failed; count those that were not made."""
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is None:
            said = str(meta.get("orig_message") or record.getMessage())
            style = "yellow" if record.levelno >= logging.WARNING else ""
            if not self._display.shows(said):
                self._console.print(f"  {said}", style=style, markup=False)
        elif _interrupted(event):
            pass
        elif event.event_type in (
            dg.DagsterEventType.STEP_FAILURE,
            dg.DagsterEventType.RESOURCE_INIT_FAILURE,
        ):
            if (said := _cause(event)) not in self._told:
                self._console.print(f"  failed: {said}", style="red", markup=False)
            self._told[said] += 1
        elif event.event_type is dg.DagsterEventType.STEP_SKIPPED:
            self._skipped += 1
        elif event.event_type is dg.DagsterEventType.RUN_FAILURE:
            self._end(event)

    def _end(self, event: dg.DagsterEvent) -> None:
        """Say why the run ended before its steps, and count what was not said of each of them."""
        if getattr(event.event_specific_data, "error", None) and not self._told:
            self._console.print(f"  failed: {_cause(event)}", style="red", markup=False)
        if again := self._told.total() - len(self._told):
            self._console.print(f"  {again} more steps failed of that", style="red", markup=False)
        if self._skipped:
            self._console.print(
                f"  {self._skipped} steps not made, because a step they need failed",
                style="red",
                markup=False,
            )


def console_logger(console: Console, display: Display) -> dg.LoggerDefinition:
    """A Dagster logger that prints to `console`, in place of Dagster's own, what `display` does not show."""
    # Dagster builds it twice in a run, and what one has told the other must not tell again.
    handler = ConsoleHandler(console, display)

    def build(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("freshdesk_assets", logging.INFO)
        logger.addHandler(handler)
        return logger

    return dg.LoggerDefinition(build)


def arrived(result: dg.ExecuteInProcessResult) -> Report:
    """Rows, calls and credits of a run: a line per table, and one for all child tables."""
    report = Report(title="What arrived", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    report.add_column("table", no_wrap=True, min_width=20)
    for head, _ in COUNTED:
        report.add_column(head, justify="right")
    totals, cut, children = Counts(), Counts(), 0
    seen: set[dg.AssetKey] = set()
    for event in result.get_asset_materialization_events():
        key, metadata = event.materialization.asset_key, event.materialization.metadata
        if key in seen or not metadata.keys() & {"rows_read", "parents_cut"}:
            continue
        seen.add(key)
        counts = Counts({name: int(_number(metadata.get(name))) for _, name in COUNTED})
        totals += counts
        if "parents_cut" in metadata:
            cut, children = cut + counts, children + 1
            continue
        report.add_row(f"{key.path[-1]}{_remark(metadata)}", *_cells(counts))
    if children:
        report.add_row(f"{children} child table{'s' * (children > 1)}", *_cells(cut))
    report.add_section()
    report.add_row("all", *_cells(totals))
    return report


def has_read(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a table was read, or rows were cut or made of one: whether there is something to report."""
    made = [event.materialization.metadata for event in result.get_asset_materialization_events()]
    return any("rows_read" in each or _number(each.get("parents_cut")) for each in made)


def created_views(result: dg.ExecuteInProcessResult) -> list[str]:
    """The views that a run created, or replaced because their definition changed."""
    return [
        event.materialization.asset_key.to_user_string().replace("/", ".")
        for event in result.get_asset_materialization_events()
        if (anew := event.materialization.metadata.get("created_anew")) is not None and anew.value
    ]


def unfinished(result: dg.ExecuteInProcessResult) -> dict[str, str]:
    """What a run did not read because its credit budget was spent, by table."""
    return {
        event.materialization.asset_key.path[-1]: str(left.value)
        for event in result.get_asset_materialization_events()
        if (left := event.materialization.metadata.get("unfinished")) is not None
    }


def warnings(result: dg.ExecuteInProcessResult) -> list[str]:
    """The checks that did not pass, a line each."""
    lines = []
    for check in result.get_asset_check_evaluations():
        if not check.passed:
            found = _number(check.metadata.get("found") or check.metadata.get("orphans"))
            said = check.description or f"{found:,.0f} found"
            lines.append(f"check {check.check_name} of {check.asset_key.to_user_string()}: {said}")
    return lines


def awaiting(result: dg.ExecuteInProcessResult) -> str | None:
    """Which tables may still bring rows that others refer to, in one line; None if none."""
    named = [check.metadata.get(AWAITED) for check in result.get_asset_check_evaluations()]
    awaited = [each.data for each in named if isinstance(each, dg.JsonMetadataValue)]
    if not awaited:
        return None
    tables = sorted({str(name) for each in awaited if isinstance(each, list) for name in each})
    return (
        f"{len(awaited)} references lead to rows that may still come: not read to the end yet are"
        f" {', '.join(tables)}. A sync without --select reads those that the key may"
    )


def how_to_open(copy: Path, *, encrypted: bool = False) -> str:
    """What to do after a first sync: where the copy for analysts is, and a command that asks it."""
    query = "from relations.tickets select id, subject, status_label, group_name limit 5"
    if encrypted:
        command = [str(Path(sys.executable).with_name("freshdesk-assets")), "query", query]
        return (
            f"Your tickets are in {copy}, encrypted. To look at it now, with FRESHDESK_ENCRYPTION_KEY set:"
            f"\n\n  {shlex.join(command)}\n\ndocs/access.md says how other clients open it.\n"
        )
    opened = f"duckdb.connect({json.dumps(str(copy))}, read_only=True)"
    asked = f'import duckdb; {opened}.sql("{query}").show()'
    return (
        f"Your tickets are in {copy}. Open it with any DuckDB client of version 1.4 or later, while syncs run"
        f" too. To look at it now:\n\n  {shlex.join([sys.executable, '-c', asked])}\n"
    )


REMARKS = {
    "skipped": " (left out)",
    "unfinished": " (unfinished)",
    "deferred": " (deferred)",
    "set_aside": " (rows set aside)",
}
"""What is printed beside a table's name, by the metadata that says so."""


def _remark(metadata: Mapping[str, Any]) -> str:
    return next((said for name, said in REMARKS.items() if name in metadata), "")


def _cells(counts: Counts) -> list[str]:
    return [f"{counts[name]:,}" for _, name in COUNTED]


COUNTED = (
    ("read", "rows_read"),
    ("new", "rows_written"),
    ("updated", "rows_updated"),
    ("deleted", "rows_deleted"),
    ("stored", "dagster/row_count"),
    ("calls", "api_calls"),
    ("credits", "api_credits"),
)
"""Columns of the report, and the metadata they come from."""


def _number(value: dg.MetadataValue[Any] | None) -> float:
    return float(value.value) if value is not None else 0.0


def _interrupted(event: dg.DagsterEvent) -> bool:
    """Whether a step ended because a signal stopped the command, which says so at its end."""
    if event.event_type is not dg.DagsterEventType.STEP_FAILURE:
        return False
    error = event.step_failure_data.error
    while error and error.cls_name != dg.DagsterExecutionInterruptedError.__name__:
        error = error.cause
    return error is not None


def _cause(event: dg.DagsterEvent) -> str:
    """What went wrong in one sentence: the innermost error, without Dagster's wrapping."""
    if event.event_type is dg.DagsterEventType.STEP_FAILURE:
        error, failure = event.step_failure_data.error, event.step_failure_data.user_failure_data
        if failure and failure.description:
            return str(failure.description)
    elif event.event_type is dg.DagsterEventType.RUN_FAILURE:
        error = event.job_failure_data.error
    else:
        error = event.engine_event_data.error
    while error and error.cause:
        error = error.cause
    if error is None:
        return "see the run's log"
    # The class of an error of ours says nothing that its sentence does not.
    return re.sub(r"^freshdesk_assets\.[\w.]+: ", "", error.message.strip())
