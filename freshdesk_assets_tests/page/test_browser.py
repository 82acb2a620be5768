"""A browser without a network draws every chart, and shows the figures that the SQL has."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from freshdesk_assets.page.charts import Chart, Form, charts_of
from freshdesk_assets.page.writing import Options, write_page
from freshdesk_assets_tests.page.looking import CHROMIUM, data_of, look, rows_in
from freshdesk_assets_tests.page.standing_in import Size, stand_in
from freshdesk_assets_tests.page.test_writing import HOSTILE, changed

UNKNOWN = "\u2013"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")


def expected(data: Mapping[str, Any], chart: Chart, group: str | None) -> list[str | None]:
    """The values of the cells, or tiles, that the page should show of a group."""
    (names,) = (list(each["rows"]) for each in data["charts"] if each["name"] == chart.name)
    rows = [dict(zip(names, row, strict=True)) for row in rows_in(data, chart.name)]
    shown = [row for row in rows if "of_group" not in names or row["of_group"] == group]
    columns = ["value"] if chart.form is Form.TILES else [column.name for column in chart.columns]
    return [written(row[name]) for row in shown for name in columns]


def written(value: object) -> str | None:
    """A value as JavaScript writes it."""
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return str(value)


@pytest.mark.parametrize("size", ["nothing", "one", "many"])
def test_every_chart_is_drawn_without_a_network_and_without_an_error(
    size: str, standing: Callable[[str], Path], tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    write_page(standing(size), page, Options())
    data = data_of(page)
    seen, console = look(page)
    assert console == []
    assert seen.drawn_for == ""
    assert ("There is nothing yet" in seen.told) is (size == "nothing")
    for chart in charts_of():
        shown, figures = seen.charts[chart.name], expected(data, chart, None)
        assert shown.values == figures, chart.name
        assert UNKNOWN in shown.texts or None not in shown.values, chart.name
        if chart.form is Form.CHART:
            assert (shown.marks > 0) is (figures != []), chart.name
            assert shown.label.startswith(f"{chart.title}. ") is (figures != []), chart.name
    if size == "many":
        assert all(seen.charts[chart.name].values for chart in charts_of())


def test_a_chosen_group_is_chosen_for_every_chart(standing: Callable[[str], Path], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_page(standing("many"), page, Options())
    data = data_of(page)
    assert seen_options(page) == ["All groups", *data["groups"]]
    group = data["groups"][0]
    seen, console = look(page, group=group)
    assert console == []
    assert seen.drawn_for == group
    for chart in charts_of():
        filtered = None if chart.name == "110_foot" else group
        assert seen.charts[chart.name].values == expected(data, chart, filtered), chart.name
        assert seen.charts[chart.name].marks > 0 or chart.form is not Form.CHART, chart.name


def seen_options(page: Path) -> list[str]:
    return look(page)[0].options


def test_a_hostile_name_is_shown_and_not_run(tmp_path: Path) -> None:
    copy, page = stand_in(tmp_path / "copy.duckdb", Size(tickets=30)), tmp_path / "page.html"
    changed(copy, f"update freshdesk.groups set name = '{HOSTILE}'")
    write_page(copy, page, Options())
    seen, console = look(page)
    assert console == []
    assert HOSTILE in seen.options


def test_a_chart_of_the_users_own_is_drawn_and_may_not_fetch(
    standing: Callable[[str], Path], tmp_path: Path
) -> None:
    """Whoever sends a chart must not be able to have the page send figures away."""
    (own := tmp_path / "charts").mkdir()
    head = "-- Mine\n--\n-- My tickets.\n--\n-- tickets: Tickets\n\nselect 7 as tickets\n"
    (own / "15_mine.sql").write_text(head)
    (own / "15_mine.vl.json").write_text('{"mark": "point", "encoding": {"x": {"field": "tickets"}}}')
    (own / "16_fetching.sql").write_text(head)
    (own / "16_fetching.vl.json").write_text(
        '{"layer": [{"data": {"url": "https://example.com/rows.json"}, "mark": "point"}]}'
    )
    page = tmp_path / "page.html"
    assert write_page(standing("one"), page, Options(own=own)).wrong == {}
    seen, console = look(page)
    assert seen.charts["15_mine"].marks > 0
    assert any("Content Security Policy" in line for line in console)
    assert seen.drawn_for == ""
