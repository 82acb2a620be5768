"""What `dagster dev` shows before anything has run: every declared table, explained, in one graph.

It has over 300 lines because what loads is one object, and each claim looks at another side of it.
"""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets.chosen import views_over
from freshdesk_assets.definitions import build_defs
from freshdesk_assets.orchestration.names import POOL
from freshdesk_assets.schema.catalog import Catalog, upstream
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.schema.column import bigint, text
from freshdesk_assets.schema.history import History
from freshdesk_assets.schema.names import META
from freshdesk_assets.schema.sync import FullList, PerParent
from freshdesk_assets.schema.table import Table
from freshdesk_assets.settings import PartitionLength, Settings
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.warehouse.derived.references import references
from freshdesk_assets_tests.library import UPDATED_AT, declared
from freshdesk_assets_tests.programs import printed

START = datetime(2025, 12, 3, tzinfo=UTC)

SHELVES = declared("shelves", text("label", "What is written on it.", pii=True))
BOOKS = declared(
    "books",
    path="shelves/{id}/books",
    sync=PerParent("shelves", "shelf_id"),
    key=("shelf_id", "place"),
    columns=(
        bigint("shelf_id", "Shelf it stands on.", references="shelves.id", required=True),
        bigint("place", "Where on it.", required=True),
        UPDATED_AT,
    ),
)

CATALOG = choose(declared_tables(), ())
TABLES = list(CATALOG)
VIEWS = views_over(CATALOG)
EVERYTHING = [
    *(f"freshdesk/{each.name}" for each in CATALOG.everything),
    *(f"{view.schema}/{view.name}" for view in VIEWS),
    *(f"views/{schema}" for schema in sorted({view.schema for view in VIEWS})),
    "relations/foreign_keys",
    "published/copy",
    "published/page",
    *(CHARTS := ["metrics/charts", "metrics/support_daily"]),
]
BESIDE = {
    dg.AssetKey(key.split("/"))
    for key in ("relations/foreign_keys", "published/copy", "published/page", *CHARTS)
}
"""Assets that no declaration makes."""


def graph_of(
    length: PartitionLength = PartitionLength.DAILY, catalog: Catalog | None = None
) -> dg.Definitions:
    return build_defs(Settings(start_date=START, partitions=length), catalog)


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


def test_loading_opens_no_connection_and_writes_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What `dagster dev` loads every few seconds must cost no credit and hold no lock."""
    monkeypatch.chdir(tmp_path)
    assert printed("load_definitions", PYTHONDONTWRITEBYTECODE="1") == f"{len(EVERYTHING)} []"


def test_every_declared_table_is_an_asset_and_depends_on_what_it_is_read_after() -> None:
    edges = edges_of_the_graph()
    for table in CATALOG:
        assert edges[f"freshdesk/{table.name}"] == sorted(f"freshdesk/{name}" for name in upstream(table))


def test_everything_else_is_an_asset_downstream_of_what_it_is_made_of() -> None:
    edges = edges_of_the_graph()
    assert sorted(edges) == sorted(EVERYTHING)
    for child in CATALOG.children:
        assert edges[f"freshdesk/{child.name}"] == [f"freshdesk/{child.parent}"]
    for history in CATALOG.histories:
        assert edges[f"freshdesk/{history.name}"] == [f"freshdesk/{history.table.name}"]
    known = {key.lower(): key for key in EVERYTHING}
    for view in VIEWS:
        reads = {known[f"{schema}/{name}".lower()] for schema, name in view.reads if schema != META}
        children = {f"freshdesk/{child}" for child in view.children}
        assert edges[f"{view.schema}/{view.name}"] == sorted(reads | children)


def test_the_copy_is_made_of_all_the_rest_and_the_page_of_the_copy() -> None:
    """A copy published before the views are current would be published again. Charts are not in the file."""
    edges = edges_of_the_graph()
    upstream, found = ["published/copy"], set()
    while upstream:
        found.add(key := upstream.pop())
        upstream += [parent for parent in edges[key] if parent not in found]
    assert found == set(edges) - {"published/page", *CHARTS}
    assert edges["published/page"] == ["published/copy"]


def edges_of_the_graph() -> dict[str, list[str]]:
    graph = graph_of().resolve_asset_graph()
    return {
        "/".join(key.path): sorted("/".join(parent.path) for parent in graph.get(key).parent_keys)
        for key in graph.get_all_asset_keys()
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
    for column, stored in zip(schema.columns, table.stored, strict=True):
        assert (column.description or "").startswith(stored.doc)
        assert column.constraints.nullable is (column.name not in table.key)
        assert column.constraints.unique is ((column.name,) == table.key)
        assert list(column.constraints.other) == [
            f"→ {place}" for place in (stored.references, stored.also) if place
        ]
        assert all(len(other) <= 30 for other in column.constraints.other), "the UI cuts it"


def test_a_reference_is_a_link_to_the_page_of_what_it_refers_to(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    """And that page says which columns refer to it: lineage is browsed by clicking."""
    tickets, companies = (specs[dg.AssetKey(["freshdesk", name])] for name in ("tickets", "companies"))
    schema = tickets.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    said = {column.name: column.description or "" for column in schema.columns}
    assert said["company_id"].endswith("→ [companies](/assets/freshdesk/companies).id.")
    assert "or [agents](/assets/freshdesk/agents).id." in said["requester_id"]
    assert "Referenced by" in (companies.description or "")
    assert "[tickets](/assets/freshdesk/tickets) (`company_id`)" in (companies.description or "")
    assert "Child tables cut from it: [company_domains](/assets/freshdesk/company_domains)" in (
        companies.description or ""
    )


@pytest.mark.parametrize("child", CATALOG.children, ids=lambda child: child.name)
def test_a_child_table_is_shown_beside_its_parent(
    child: Child, specs: dict[dg.AssetKey, dg.AssetSpec]
) -> None:
    spec = specs[dg.AssetKey(["freshdesk", child.name])]
    assert spec.group_name == CATALOG[child.parent].group
    assert spec.partitions_def is None, "two events a partition, for rows that are stored already"
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns] == [column.name for column in child.stored]
    lineage = spec.metadata["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineage)
    parent = {column.name for column in CATALOG[child.parent].stored}
    for sources in lineage.deps_by_column.values():
        assert {source.column_name for source in sources} <= parent


@pytest.mark.parametrize("history", CATALOG.histories, ids=lambda history: history.name)
def test_a_history_is_shown_beside_its_table(
    history: History, specs: dict[dg.AssetKey, dg.AssetSpec]
) -> None:
    spec = specs[dg.AssetKey(["freshdesk", history.name])]
    assert spec.group_name == history.table.group
    assert spec.partitions_def is None, "two events a partition, for rows that are stored already"
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    assert [column.name for column in schema.columns] == [column.name for column in history.stored]
    lineage = spec.metadata["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineage)
    table = {column.name for column in history.table.stored}
    for sources in lineage.deps_by_column.values():
        assert {source.column_name for source in sources} <= table
    for column in history.tracked:
        assert f"`{column.name}`" in (spec.description or "")


def test_every_table_child_and_view_opens_at_the_line_that_declares_it(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    for key, spec in specs.items():
        if key in BESIDE or key.path[0] == "views":
            continue
        found = spec.metadata["dagster/code_references"]
        assert isinstance(found, dg.CodeReferencesMetadataValue)
        (reference,) = found.code_references
        assert isinstance(reference, dg.LocalFileCodeReference)
        line = Path(reference.file_path).read_text().splitlines()[(reference.line_number or 0) - 1]
        name = key.path[-1].removesuffix("_history")
        assert line.startswith((f"{name} = ", "select", "with")), reference


def test_a_views_columns_have_types_and_the_tags_of_what_they_come_from(
    specs: dict[dg.AssetKey, dg.AssetSpec],
) -> None:
    """Before any run, from its SQL alone."""
    schema = specs[dg.AssetKey(["synchub", "Ticket"])].metadata["dagster/column_schema"]
    assert isinstance(schema, dg.TableSchema)
    columns = {column.name: column for column in schema.columns}
    assert columns["CreatedAt"].type == "TIMESTAMPTZ"
    assert columns["Subject"].tags == {"pii": ""}
    assert columns["Email"].tags == {"pii": ""}
    assert columns["Status"].tags == {}
    assert list(columns["CompanyID"].constraints.other) == ["→ Company.ID"]
    for view in VIEWS:
        shown = specs[dg.AssetKey([view.schema, view.name])].metadata["dagster/column_schema"]
        assert isinstance(shown, dg.TableSchema)
        assert "UNKNOWN" not in {column.type for column in shown.columns}, view.id
        for column in shown.columns:
            assert all(len(other) <= 30 for other in column.constraints.other), "the UI cuts it"


def test_every_table_has_the_checks_its_declaration_asks_for() -> None:
    checks = {
        (key.asset_key.path[-1], key.name)
        for key in graph_of().resolve_asset_graph().asset_check_keys
        if key.asset_key.path[0] == "freshdesk"
    }
    for each in CATALOG.everything:
        assert {(each.name, "key"), (each.name, "shape")} <= checks
    for history in CATALOG.histories:
        assert {(history.name, "spans"), (history.name, "current")} <= checks
    for table in TABLES:
        assert (table.name, "unknown_keys") in checks
        assert ((table.name, "row_count") in checks) is isinstance(table.sync, FullList)
    for reference in references(CATALOG):
        assert (reference.table.name, f"orphans_{reference.column.name}") in checks
    assert {("tickets", "accepted_values"), ("tickets", "times_in_order")} <= checks


@pytest.mark.parametrize("length", PartitionLength)
def test_partitions_reach_from_the_start_date_to_today_and_a_range_is_one_run(
    length: PartitionLength,
) -> None:
    catalog = Catalog([BOOKS, SHELVES])
    for asset in graph_of(length, catalog).resolve_asset_graph().assets_defs:
        if asset.keys <= BESIDE:
            continue
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
        if spec.key not in BESIDE
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


def test_the_account_and_its_key_are_shown_by_the_names_of_their_variables(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FRESHDESK_DOMAIN", "acme.freshdesk.com")
    monkeypatch.setenv("FRESHDESK_API_KEY", "s3cret")
    resources = graph_of().resources or {}
    config = resources["freshdesk"].get_resource_definition().config_schema.as_field().default_value
    assert config["domain"] == {"env": "FRESHDESK_DOMAIN"}
    assert config["api_key"] == {"env": "FRESHDESK_API_KEY"}


def test_resources_and_assets_of_a_users_own_come_beside_or_instead_of_ours() -> None:
    @dg.asset(deps=[["freshdesk", "books"]])
    def overdue() -> None:
        pass

    defs = build_defs(
        Settings(start_date=START, partitions=PartitionLength.MONTHLY),
        Catalog([BOOKS, SHELVES]),
        assets=[overdue],
        resources={"duckdb": "mine", "other": 1},
    )
    assert {key.to_user_string() for key in defs.resolve_asset_graph().get_all_asset_keys()} == {
        "freshdesk/shelves",
        "freshdesk/books",
        "relations/foreign_keys",
        "published/copy",
        "overdue",
    }
    assert (defs.resources or {}).keys() == {"freshdesk", "duckdb", "io_manager", "other"}
    assert (defs.resources or {})["duckdb"] == "mine"
