"""The page has the figures of its SQL and no customer's word, and takes its place in one step."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from freshdesk_assets.page.charts import FOLDER, Chart, Kind, charts_of
from freshdesk_assets.page.document import in_script
from freshdesk_assets.page.writing import NoMetrics, Options, prepare, write_page
from freshdesk_assets.warehouse.file import WarehouseError
from freshdesk_assets_tests.page.looking import data_of, rows_in
from freshdesk_assets_tests.page.standing_in import Size, stand_in

HOSTILE = "</script><!--<script>alert(1)</script>\u2028&"


def answers(path: Path, chart: Chart) -> list[tuple[Any, ...]]:
    """The rows of a chart, asked of the file with plain DuckDB; values as the page has them."""
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        prepare(connection)
        found = connection.execute(chart.sql)
        names = [column[0] for column in found.description or []]
        kinds = {column.name: column.kind for column in chart.columns}
        return [
            tuple(said(value, kinds.get(name)) for name, value in zip(names, row, strict=True))
            for row in found.fetchall()
        ]


def said(value: Any, kind: Kind | None) -> Any:
    if value is None:
        return None
    if kind is Kind.AGENT:
        return f"Agent {value - 99}"
    if kind is Kind.COMPANY:
        return f"Company {value}"
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return str(value) if isinstance(value, date | datetime) else value


def changed(path: Path, sql: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)
    return path


@pytest.mark.parametrize("size", ["nothing", "one", "many"])
def test_the_page_has_the_figures_of_its_sql(
    size: str, standing: Callable[[str], Path], tmp_path: Path
) -> None:
    copy, page = standing(size), tmp_path / "page.html"
    written = write_page(copy, page, Options())
    charts = charts_of()
    assert (written.charts, written.wrong) == (len(charts), {})
    assert written.bytes == page.stat().st_size
    data = data_of(page)
    for chart in charts:
        expected = answers(copy, chart)
        assert expected or size != "many", chart.name
        assert rows_in(data, chart.name) == expected, chart.name


def test_the_tiles_count_what_a_reader_would_count(standing: Callable[[str], Path], tmp_path: Path) -> None:
    """The SQL of a chart is not its own proof: these are counted another way."""
    write_page(standing("many"), tmp_path / "page.html", Options())
    tiles = {
        (group, tile): value
        for group, tile, value, _, _ in rows_in(data_of(tmp_path / "page.html"), "10_tiles")
    }
    with duckdb.connect(str(standing("many")), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        open_now = "from metrics.ticket_metrics where is_current and not is_solved"

        def count(sql: str) -> Any:
            return (connection.execute(sql).fetchone() or (None,))[0]

        assert tiles[None, "Open"] == count(f"select count(*) {open_now}") > 0
        assert tiles["No group", "Open"] == count(f"select count(*) {open_now} and group_id is null")
        assert tiles[None, "Unassigned"] == count(f"select count(*) {open_now} and agent_id is null")
        late = (
            "select ticket_id from metrics.sla_events where target = 'resolution' and state = 'running_late'"
        )
        assert tiles[None, "Overdue"] == count(f"select count(*) {open_now} and ticket_id in ({late})") > 0
        yesterday = "date '2026-03-17'"
        for tile, column in (("Created", "created"), ("Resolved", "resolved"), ("Reopened", "reopened")):
            counted = count(f"select sum({column}) from metrics.volume_daily where day = {yesterday}")
            assert tiles[None, f"{tile} yesterday"] == (counted or 0)
        rated = "from metrics.csat where day > date '2026-03-11'"
        happy = count(f"select count(*) filter (label = 'happy') / nullif(count(*), 0) {rated}")
        assert tiles[None, "Happy, 7 days"] == pytest.approx(happy)


def test_an_account_without_tickets_has_a_page_that_says_so(
    standing: Callable[[str], Path], tmp_path: Path
) -> None:
    """What is not known is no 0."""
    write_page(standing("nothing"), tmp_path / "page.html", Options())
    assert "There is nothing yet" in (tmp_path / "page.html").read_text()
    tiles = rows_in(data_of(tmp_path / "page.html"), "10_tiles")
    assert [value for _, _, value, _, _ in tiles] == [None] * 8


def test_no_name_and_no_word_of_a_customer_is_in_the_page(
    standing: Callable[[str], Path], tmp_path: Path
) -> None:
    """A works council may forbid what a mail to everybody would tell."""
    copy, page = standing("many"), tmp_path / "page.html"
    write_page(copy, page, Options())
    for word in ("Lovelace", "Wile", "Where is my order"):
        assert word not in page.read_text(), word
    write_page(copy, page, Options(names=True))
    text = page.read_text()
    assert "Ada Lovelace 0" in text
    assert "Wile \\u0026 Sons 1" in text
    assert "Where is my order" not in text


def test_a_name_that_looks_like_html_stays_a_name(tmp_path: Path) -> None:
    copy = stand_in(tmp_path / "copy.duckdb", Size(tickets=30))
    with duckdb.connect(str(copy)) as connection:
        connection.execute("update freshdesk.groups set name = ?", [HOSTILE])
        connection.execute("update freshdesk_meta.account set host = ?", ['"><script>alert(2)</script>'])
    write_page(copy, tmp_path / "page.html", Options())
    text = (tmp_path / "page.html").read_text()
    assert HOSTILE in data_of(tmp_path / "page.html")["groups"]
    assert "alert(1)</script>" not in text
    assert "<script>alert(2)" not in text
    assert text.count("<script") == text.count("</script>") == 3


def test_json_in_a_script_is_the_same_json() -> None:
    assert json.loads(in_script({"name": HOSTILE})) == {"name": HOSTILE}
    assert not set(in_script(HOSTILE)) & set("<>&\u2028")


def test_a_page_of_the_same_copy_is_not_written_again(tmp_path: Path) -> None:
    copy, page = stand_in(tmp_path / "copy.duckdb", Size(tickets=30)), tmp_path / "page.html"
    assert write_page(copy, page, Options()).anew
    before = page.stat().st_ino
    assert not write_page(copy, page, Options()).anew
    assert page.stat().st_ino == before
    assert write_page(copy, page, Options(names=True)).anew
    assert write_page(copy, page, Options()).anew
    changed(copy, "update freshdesk_meta.published set fingerprint = 'b'")
    assert write_page(copy, page, Options()).anew
    page.write_text("not ours")
    assert write_page(copy, page, Options()).anew
    (own := tmp_path / "charts").mkdir()
    assert write_page(copy, page, Options(own=own)).anew
    assert not write_page(copy, page, Options(own=own)).anew
    shutil.copy(FOLDER / "110_foot.sql", own / "120_foot_again.sql")
    assert write_page(copy, page, Options(own=own)).anew


def test_whoever_reads_the_old_page_keeps_it_whole(tmp_path: Path) -> None:
    copy, page = stand_in(tmp_path / "copy.duckdb", Size(tickets=30)), tmp_path / "page.html"
    copy.chmod(0o640)
    write_page(copy, page, Options())
    with page.open() as old:
        beginning = old.read(10)
        write_page(copy, page, Options(names=True))
        assert "Ada Lovelace" not in (whole := beginning + old.read())
    assert whole.rstrip().endswith("</html>")
    assert os.stat(page).st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["copy.duckdb", "page.html"]


def test_a_page_that_cannot_be_written_says_what_to_do(
    standing: Callable[[str], Path], tmp_path: Path
) -> None:
    (taken := tmp_path / "page.html").mkdir()
    with pytest.raises(WarehouseError, match=r"page\.html could not be written.*FRESHDESK_PAGE"):
        write_page(standing("one"), taken, Options())
    assert list(tmp_path.iterdir()) == [taken]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select nothing as tickets from freshdesk.tickets", "Binder Error"),
        ("select cast(subject as integer) as tickets from freshdesk.tickets", "ConversionException"),
        ("select 1 as other", "documents the columns tickets; its query has other"),
        ("select content as tickets from read_text('/etc/hostname')", "its query fails: PermissionException"),
        ("select n as tickets from range(300000) as t (n)", "over 200000 rows"),
    ],
)
def test_a_chart_that_fails_is_left_out_and_says_why_without_a_row(
    standing: Callable[[str], Path], tmp_path: Path, sql: str, said: str
) -> None:
    (own := tmp_path / "charts").mkdir()
    (own / "15_mine.sql").write_text(f"-- Mine\n--\n-- My tickets.\n--\n-- tickets: Tickets\n\n{sql}\n")
    written = write_page(standing("one"), tmp_path / "page.html", Options(own=own))
    assert list(written.wrong) == ["15_mine"]
    assert said in written.wrong["15_mine"]
    assert "Where is my order" not in written.wrong["15_mine"]
    assert written.charts == len(charts_of())
    assert "This could not be made" in (tmp_path / "page.html").read_text()


def test_a_copy_that_lacks_a_view_is_refused_and_the_old_page_stays(tmp_path: Path) -> None:
    copy, page = stand_in(tmp_path / "copy.duckdb", Size(tickets=1)), tmp_path / "page.html"
    write_page(copy, page, Options())
    before = page.read_bytes()
    changed(copy, "drop table metrics.ticket_spans; update freshdesk_meta.published set fingerprint = 'b'")
    with pytest.raises(WarehouseError, match="materialize all assets") as refused:
        write_page(copy, page, Options())
    assert page.read_bytes() == before
    assert refused.value.__cause__ is None, "Dagster would store DuckDB's words, which may quote a value"
    assert refused.value.__suppress_context__
    changed(copy, "drop schema metrics cascade; update freshdesk_meta.published set fingerprint = 'c'")
    with pytest.raises(NoMetrics, match="no run has made them"):
        write_page(copy, page, Options())
    assert page.read_bytes() == before
