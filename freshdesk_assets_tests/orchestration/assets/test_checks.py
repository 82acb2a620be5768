"""What a check depends on: a run that only looks for news makes it again when that has changed."""

import json
import logging
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest
from dotenv import dotenv_values

from freshdesk_assets.orchestration.assets.checks import build_checks
from freshdesk_assets.orchestration.assets.tables import build_tables
from freshdesk_assets.orchestration.names import FOLLOWS, asset_key
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.schema.catalog import Catalog, SourceLine
from freshdesk_assets.schema.check import SqlCheck
from freshdesk_assets.schema.column import text
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import Settings
from freshdesk_assets.warehouse.shape import ensure_shape
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


ODD = (
    "a, b",
    " #c",
    'it\'s "so"',
    "100%",
    "%2C",
    "$HOME `x` \\n",
    "größe",
    "=",
    "",
    "two\nlines",
    " trailing ",
    "a.b",
)
"""Keys as an administrator may have typed them."""


def test_a_warning_says_a_line_that_acknowledges_all_tables_and_parses_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else what one table's warning advises undoes what another's did. Read from `.env` and from a shell."""
    vans = replace(SHELVES, name="vans", columns=(*SHELVES.columns, text("kind", "Kind.", accepted=("big",))))
    catalog = Catalog([SHELVES, vans])
    file = DuckDBFile(database=str(tmp_path / "replica.duckdb"))
    with file.warehouse().open() as connection:
        for table in catalog:
            ensure_shape(connection, table)
        connection.execute(
            "insert into freshdesk.shelves (id, _extra) values (1, ?)", [json.dumps(dict.fromkeys(ODD, 1))]
        )
        connection.execute("insert into freshdesk.vans (id, kind) values (1, 'odd')")
    told = look_at(catalog, file, "shelves", ("gone.before",))
    assert len(told) == 1
    line = told[0].rpartition("To hear no more of it: ")[2]
    expected = ("gone.before", *sorted(f"shelves.{key}" for key in ODD), "vans.kind")

    (tmp_path / ".env").write_text(f"{line}\n", encoding="utf-8")
    shell = subprocess.run(
        ["sh", "-c", f'{line}; printf %s "$FRESHDESK_KNOWN"'], capture_output=True, check=True
    ).stdout.decode()
    for value in (dotenv_values(tmp_path / ".env")["FRESHDESK_KNOWN"], shell):
        assert value is not None
        monkeypatch.setenv("FRESHDESK_KNOWN", value)
        known = Settings().known
        assert known[0] == expected[0]
        assert sorted(known) == sorted(expected)
    assert look_at(catalog, file, "shelves", known) == []
    assert look_at(catalog, file, "vans", known) == []


def look_at(catalog: Catalog, file: DuckDBFile, table: str, known: tuple[str, ...]) -> list[str]:
    """What the checks of a table's contents warn of, when they are made alone."""
    made = build_checks(catalog, (), build_tables(catalog, Settings().partitioning), known)
    definitions = dg.Definitions(
        asset_checks=[each for each in made if each.node_def.name == "contents"],
        jobs=[dg.define_asset_job("look", selection=dg.AssetSelection.checks_for_assets(asset_key(table)))],
        resources={"duckdb": file},
    )
    result = definitions.resolve_job_def("look").execute_in_process()
    return [each.description or "" for each in result.get_asset_check_evaluations() if not each.passed]


def test_a_check_of_ones_own_says_what_should_hold_and_how_to_see_the_rows(tmp_path: Path) -> None:
    """In the terminal stood only how many rows were found."""
    file = DuckDBFile(database=str(tmp_path / "replica.duckdb"))
    with file.warehouse().open() as connection:
        ensure_shape(connection, SHELVES)
        connection.execute("insert into freshdesk.shelves (id) values (4), (5)")
    own = SqlCheck(
        schema="freshdesk",
        table="shelves",
        name="none",
        doc="There are no shelves.",
        sql="select id from freshdesk.shelves order by id",
        place=SourceLine(tmp_path / "none.sql", 1),
    )
    catalog = Catalog([SHELVES])
    made = build_checks(catalog, [own], build_tables(catalog, Settings().partitioning))
    definitions = dg.Definitions(
        asset_checks=[each for each in made if each.node_def.name == "queries"],
        jobs=[dg.define_asset_job("look", selection=dg.AssetSelection.all_asset_checks())],
        resources={"duckdb": file},
    )
    (found,) = definitions.resolve_job_def("look").execute_in_process().get_asset_check_evaluations()
    assert found.description == (
        "not so: There are no shelves. Rows at fault: 2, like id 4; id 5. `freshdesk-assets query --file`"
        " with checks/freshdesk/shelves/none.sql shows them all"
    )
