"""What `dagster dev` shows before anything has run: every declared table, explained, in one graph."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.assets import POOL
from freshdesk_assets.orchestration.settings import Cadence, Partitioning
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.column import bigint, text, timestamp
from freshdesk_assets.schema.table import Keyset, PerParent, Table
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.orchestration.storing import ROOT, python

START = datetime(2025, 12, 3, tzinfo=UTC)

SHELVES = Table(
    name="shelves",
    doc="One row per shelf.",
    path="shelves",
    sync=Keyset("updated_since"),
    group="library",
    docs="shelves",
    columns=(
        bigint("id", "Number of the shelf.", required=True),
        text("label", "What is written on it.", pii=True),
        timestamp("updated_at", "When it was last changed."),
    ),
)
BOOKS = Table(
    name="books",
    doc="One row per book on a shelf.",
    path="shelves/{id}/books",
    sync=PerParent("shelves", "shelf_id"),
    key=("shelf_id", "place"),
    group="library",
    docs="books",
    columns=(
        bigint("shelf_id", "Shelf it stands on.", references="shelves.id", required=True),
        bigint("place", "Where on it.", required=True),
        timestamp("updated_at", "When it was last changed."),
    ),
)

TABLES = list(declared_tables())


def graph_of(cadence: Cadence = Cadence.DAILY, catalog: Catalog | None = None) -> dg.Definitions:
    return build_defs(Partitioning(start=START, cadence=cadence), catalog)


@pytest.fixture(scope="module")
def specs() -> dict[dg.AssetKey, dg.AssetSpec]:
    return {spec.key: spec for spec in graph_of().resolve_all_asset_specs()}


def test_definitions_validate_in_an_empty_environment(tmp_path: Path) -> None:
    """No account, no key, no file, no DAGSTER_HOME: `dagster dev` opens on a checkout as it is."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("dagster"),
            "definitions",
            "validate",
            "-m",
            "freshdesk_assets.definitions",
        ],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"exit {done.returncode}: {done.stderr}"
    assert "Validation successful for code location" in done.stdout + done.stderr


LOADED = """
import os, socket, sys, duckdb

def refuse(*given, **named):
    raise AssertionError(f"loading opened {given}")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = duckdb.connect = refuse
written = []

def note(event, given):
    if event == "open" and given[0] != os.devnull and given[2] & (os.O_WRONLY | os.O_RDWR):
        written.append(given)
    if event in ("os.mkdir", "socket.connect"):
        written.append(given)

sys.addaudithook(note)
from freshdesk_assets import definitions
loaded = definitions.defs()
loaded.resolve_job_def("replicate")
loaded.resolve_asset_graph()
assert not written, written
print(len(loaded.resolve_all_asset_specs()), os.listdir())
"""


def test_loading_opens_no_connection_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `dagster dev` loads every few seconds must cost no credit and hold no lock."""
    monkeypatch.chdir(tmp_path)
    assert python(LOADED, PYTHONPATH=str(ROOT), PYTHONDONTWRITEBYTECODE="1") == f"{len(TABLES)} []"


def test_every_declared_table_is_an_asset_and_depends_on_what_it_is_read_per() -> None:
    """The graph as the UI draws it: a table that is renamed or moves must be renamed here."""
    graph = graph_of().resolve_asset_graph()
    edges = {
        "/".join(key.path): sorted("/".join(parent.path) for parent in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
    }
    assert edges == GRAPH


GRAPH: dict[str, list[str]] = {
    "freshdesk/agents": ["freshdesk/groups"],
    "freshdesk/business_hours": [],
    "freshdesk/companies": [],
    "freshdesk/contacts": [],
    "freshdesk/conversations": ["freshdesk/tickets"],
    "freshdesk/email_mailboxes": [],
    "freshdesk/groups": [],
    "freshdesk/products": [],
    "freshdesk/roles": [],
    "freshdesk/satisfaction_ratings": [],
    "freshdesk/sla_policies": [],
    "freshdesk/surveys": [],
    "freshdesk/ticket_fields": [],
    "freshdesk/tickets": [],
    "freshdesk/time_entries": [],
}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_is_shown_with_what_is_known_of_it(
    table: Table, specs: dict[dg.AssetKey, dg.AssetSpec]
) -> None:
    spec = specs[dg.AssetKey(["freshdesk", table.name])]
    assert spec.group_name == table.group
    assert spec.kinds == {"freshdesk", "duckdb"}
    assert (spec.description or "").startswith(table.doc)
    assert f"(https://developers.freshdesk.com/api/#{table.docs})" in (spec.description or "")
    assert spec.metadata["documentation"] == dg.MetadataValue.url(table.url)
    assert spec.metadata["dagster/table_name"] == f"freshdesk.{table.name}"
    assert spec.metadata["partition_expr"] == table.window
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns] == [column.name for column in table.stored]
    for column, declared in zip(schema.columns, table.stored, strict=True):
        assert (column.description or "").startswith(declared.doc)
        assert column.constraints.nullable is (column.name not in table.key)
        assert column.constraints.unique is ((column.name,) == table.key)
        assert list(column.constraints.other) == ([f"→ {declared.references}"] if declared.references else [])
        assert all(len(other) <= 30 for other in column.constraints.other), "the UI cuts it"


@pytest.mark.parametrize("cadence", Cadence)
def test_partitions_reach_from_the_start_date_to_today_and_a_range_is_one_run(cadence: Cadence) -> None:
    for asset in graph_of(cadence).resolve_asset_graph().assets_defs:
        partitions = asset.partitions_def
        assert isinstance(partitions, dg.TimeWindowPartitionsDefinition)
        assert partitions.timezone == "UTC"
        first, last = partitions.get_first_partition_window(), partitions.get_last_partition_window()
        assert first is not None
        assert last is not None
        assert last.start <= datetime.now(UTC) < last.end
        assert first.start <= START < first.end
        assert {spec.key: asset.backfill_policy for spec in asset.specs} == {
            spec.key: dg.BackfillPolicy.single_run() for spec in asset.specs
        }
        assert asset.op.pool == POOL


def test_a_key_of_several_columns_is_not_unique_in_each_of_them() -> None:
    specs = {
        spec.key.path[-1]: spec.metadata["dagster/column_schema"]
        for spec in graph_of(catalog=Catalog([BOOKS, SHELVES])).resolve_all_asset_specs()
    }
    shown = {
        name: [
            (column.name, column.type, column.constraints.nullable, column.constraints.unique, column.tags)
            for column in schema.columns
            if not column.name.startswith("_")
        ]
        for name, schema in specs.items()
    }
    assert shown == {
        "shelves": [
            ("id", "BIGINT", False, True, {}),
            ("label", "VARCHAR", True, False, {"pii": ""}),
            ("updated_at", "TIMESTAMPTZ", True, False, {}),
        ],
        "books": [
            ("shelf_id", "BIGINT", False, False, {}),
            ("place", "BIGINT", False, False, {}),
            ("updated_at", "TIMESTAMPTZ", True, False, {}),
        ],
    }


def test_the_account_and_its_key_are_shown_by_the_names_of_their_variables() -> None:
    resources = graph_of().resources or {}
    config = resources["freshdesk"].get_resource_definition().config_schema.as_field().default_value
    assert config["domain"] == {"env": "FRESHDESK_DOMAIN"}
    assert config["api_key"] == {"env": "FRESHDESK_API_KEY"}


def test_resources_and_assets_of_a_users_own_come_beside_or_instead_of_ours() -> None:
    @dg.asset(deps=[["freshdesk", "books"]])
    def overdue() -> None:
        pass

    defs = build_defs(
        Partitioning(start=START, cadence=Cadence.MONTHLY),
        Catalog([BOOKS, SHELVES]),
        assets=[overdue],
        resources={"duckdb": "mine", "other": 1},
    )
    assert {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()} == {
        "freshdesk/shelves",
        "freshdesk/books",
        "overdue",
    }
    assert (defs.resources or {}).keys() == {"freshdesk", "duckdb", "io_manager", "other"}
    assert (defs.resources or {})["duckdb"] == "mine"
