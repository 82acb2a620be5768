"""What a check depends on: a run that only looks for news makes it again when that has changed."""

import logging
import threading
from dataclasses import replace
from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.assets.checks import build_checks
from freshdesk_assets.orchestration.assets.tables import build_tables
from freshdesk_assets.orchestration.names import FOLLOWS
from freshdesk_assets.orchestration.resources import DuckDBFile
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import Settings
from freshdesk_assets_tests.library import SHELVES


def fingerprint(table: Table) -> str:
    """What the operation of a table's contents is recognised by."""
    catalog = Catalog([table])
    checks = build_checks(catalog, (), build_tables(catalog, Settings().partitioning))
    (contents,) = (each for each in checks if each.node_def.name == "contents")
    return contents.node_def.tags[FOLLOWS]


def shelves(*accepted: str, doc: str = "Kind of the shelf.") -> Table:
    kind = text("kind", doc, accepted=accepted)
    return replace(SHELVES, columns=(*SHELVES.columns, kind))


def test_a_value_accepted_anew_makes_the_check_again() -> None:
    """Else what was wrong yesterday and is right today would be shown as wrong until the night."""
    assert fingerprint(shelves("open")) != fingerprint(shelves("open", "closed"))


def test_a_better_sentence_makes_no_check_again() -> None:
    assert fingerprint(shelves("open")) == fingerprint(shelves("open", doc="What kind of shelf it is."))


def test_the_file_is_closed_while_results_are_recorded(tmp_path: Path) -> None:
    """An error in recording one keeps alive what it interrupts: the next step would wait for ever."""
    file = DuckDBFile(database=str(tmp_path / "replica.duckdb"))
    warehouse, opened = file.warehouse(), []

    def look() -> None:
        with warehouse.open():
            opened.append(True)

    class Looking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            event = getattr(record, "dagster_meta", {}).get("dagster_event")
            if event and event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
                looking = threading.Thread(target=look, daemon=True)
                looking.start()
                looking.join(timeout=20)

    @dg.logger
    def terminal(_context: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("looking", logging.DEBUG)
        logger.addHandler(Looking())
        return logger

    catalog = Catalog([SHELVES])
    checks = build_checks(catalog, (), build_tables(catalog, Settings().partitioning))
    contents = [each for each in checks if each.node_def.name == "contents"]
    definitions = dg.Definitions(
        asset_checks=contents,
        jobs=[dg.define_asset_job("look", selection=dg.AssetSelection.all_asset_checks())],
        resources={"duckdb": file},
        loggers={"terminal": terminal},
    )
    job = definitions.resolve_job_def("look")
    result = job.execute_in_process(run_config={"loggers": {"terminal": {}}})
    assert result.success
    assert opened == [True] * len(result.get_asset_check_evaluations())
    assert opened
