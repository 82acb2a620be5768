"""What the command line shows while a run is under way and when it has ended."""

import logging
from typing import Any

import dagster as dg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as Report


class ConsoleHandler(logging.Handler):
    """Prints, of a run's log, what a person waiting for it wants to see."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Print the project's own messages, and that a table is begun or has failed."""
        meta: dict[str, Any] = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        step = str(meta.get("step_key") or "").rpartition("__")[2]
        if event is None:
            style = "yellow" if record.levelno >= logging.WARNING else ""
            self._console.print(
                f"  {meta.get('orig_message') or record.getMessage()}", style=style, markup=False
            )
        elif event.event_type is dg.DagsterEventType.STEP_FAILURE:
            self._console.print(f"  failed: {_cause(event)}", style="red", markup=False)
        elif event.event_type is dg.DagsterEventType.STEP_SKIPPED:
            self._console.print(
                f"{step}: left out, since what it depends on failed", style="red", markup=False
            )


def console_logger(console: Console) -> dg.LoggerDefinition:
    """A Dagster logger that prints to `console`, in the place of Dagster's own."""

    def build(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("freshdesk_assets", logging.INFO)
        logger.addHandler(ConsoleHandler(console))
        return logger

    return dg.LoggerDefinition(build)


def arrived(result: dg.ExecuteInProcessResult) -> Report:
    """Rows, credits and calls per table of a run."""
    report = Report(title="What arrived", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    report.add_column("table", no_wrap=True, min_width=20)
    for head, _ in COUNTED:
        report.add_column(head, justify="right")
    totals = [0] * len(COUNTED)
    seen: set[dg.AssetKey] = set()
    for event in result.get_asset_materialization_events():
        materialization = event.materialization
        if materialization.asset_key in seen:
            continue
        seen.add(materialization.asset_key)
        counts = [int(_number(materialization.metadata.get(key))) for _, key in COUNTED]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        note = " (left out)" if "skipped" in materialization.metadata else ""
        report.add_row(materialization.asset_key.path[-1] + note, *(f"{count:,}" for count in counts))
    report.add_section()
    report.add_row("all", *(f"{total:,}" for total in totals))
    return report


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


def _cause(event: dg.DagsterEvent) -> str:
    """What went wrong in one sentence: the innermost error that is not Dagster's wrapping."""
    error = event.step_failure_data.error
    failure = event.step_failure_data.user_failure_data
    if failure and failure.description:
        return str(failure.description)
    while error and error.cause:
        error = error.cause
    return error.message.strip() if error else "see the run's log"
