"""A chart is two files, and a wrong one is refused with a sentence that says what to write."""

from pathlib import Path

import pytest

from freshdesk_assets.page.charts import FOLDER, Form, Kind, Width, charts_of, read_chart
from freshdesk_assets.schema.column import DeclarationError
from freshdesk_assets.schema.names import META
from freshdesk_assets.tables import declared_tables
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.ledger.tables import LEDGER
from freshdesk_assets_tests.page.standing_in import COLUMNS

SQL = """\
-- Reopened
--
-- Tickets reopened
-- per week.
--
-- width: half
--
-- week: Week of
-- share [share]: Share

select 1 as week, 0.5 as share;
"""
SPEC = '{"mark": "bar"}'


def test_the_page_has_its_elements_in_this_order() -> None:
    """What is late now stands above what was: the order is that in which a morning goes."""
    assert [chart.name for chart in charts_of()] == [
        "10_tiles",
        "20_at_risk",
        "30_backlog",
        "35_age",
        "40_created_resolved",
        "50_first_reply",
        "55_resolution",
        "60_service_level",
        "70_agents",
        "80_satisfaction",
        "90_arrivals",
        "100_channels",
        "102_types",
        "104_tags",
        "106_companies",
        "110_foot",
    ]


def test_a_chart_is_read_from_its_two_files(tmp_path: Path) -> None:
    (tmp_path / "45_reopened.sql").write_text(SQL)
    (tmp_path / "45_reopened.vl.json").write_text(SPEC)
    (tmp_path / "notes.sql").write_text("select 1")
    names = [chart.name for chart in charts_of(tmp_path)]
    assert names[names.index("40_created_resolved") + 1] == "45_reopened"
    assert "notes" not in names
    chart = read_chart(tmp_path / "45_reopened.sql")
    assert (chart.title, chart.doc) == ("Reopened", "Tickets reopened per week.")
    assert (chart.form, chart.width, chart.spec) == (Form.CHART, Width.HALF, {"mark": "bar"})
    assert [(each.name, each.label, each.kind) for each in chart.columns] == [
        ("week", "Week of", Kind.PLAIN),
        ("share", "Share", Kind.SHARE),
    ]
    assert chart.sql == "select 1 as week, 0.5 as share"


def test_a_file_of_the_same_name_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "110_foot.sql").write_text(SQL)
    (foot,) = (chart for chart in charts_of(tmp_path) if chart.name == "110_foot")
    assert (foot.title, foot.form) == ("Reopened", Form.TABLE)


@pytest.mark.parametrize(
    ("sql", "spec", "said"),
    [
        ("select 1", None, "must have a title"),
        (SQL.replace("share [share]:", "share [shares]:"), None, "with one of the kinds"),
        (SQL.replace("-- week: Week of", "-- the week"), None, "of the form `column: Label`"),
        (SQL.replace("width: half", "width: third"), None, "`width: third` is none of full, half"),
        (SQL.replace("width: half", "shown as: chart"), None, "needs 45_reopened.vl.json beside it"),
        (SQL.replace("width: half", "shown as: table"), SPEC, "have none"),
        (SQL, '{"mark": "bar"', "is not JSON"),
        (SQL, '{"mark": "bar", "data": {"url": "https://example.com"}}', "without `data`"),
    ],
)
def test_a_wrong_chart_is_refused_with_a_sentence(
    tmp_path: Path, sql: str, spec: str | None, said: str
) -> None:
    file = tmp_path / "45_reopened.sql"
    file.write_text(sql)
    if spec:
        file.with_suffix(".vl.json").write_text(spec)
    with pytest.raises(DeclarationError, match=r"45_reopened") as refused:
        read_chart(file)
    assert said in str(refused.value)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="FRESHDESK_PAGE_CHARTS"):
        charts_of(tmp_path / "none")


def test_the_tables_of_these_tests_have_columns_that_the_copy_has() -> None:
    """Made by hand, they would go on to pass where the page of a real copy fails."""
    views = {(view.schema, view.name): {column.name for column in view.columns} for view in declared_views()}
    catalog = declared_tables()
    for place, columns in COLUMNS.items():
        schema, name = place.split(".")
        asked = {column.split()[0].strip('"') for column in columns.split(", ")}
        if place == "freshdesk_meta.published":
            continue
        if schema == META:
            there = {column.name for column in LEDGER[name][1]}
        elif schema == "freshdesk":
            there = {column.name for column in catalog[name].stored}
        else:
            there = views[schema, name]
        assert asked <= there, place


def test_no_file_of_the_page_is_left_unread() -> None:
    """A name that is misspelt would be no chart, and no error."""
    named = {chart.name for chart in charts_of()}
    other = {file.stem for file in FOLDER.glob("*.sql")} - named
    shared = {f"page_{of}" for of in ("backlog", "clock", "events", "ratings", "targets", "tickets")}
    assert other == {"agents", "companies", "heading"} | shared
    assert {file.name.removesuffix(".vl.json") for file in FOLDER.glob("*.vl.json")} <= named
