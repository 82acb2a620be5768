"""The page to look at every morning as an asset: made of the copy, after it."""

from collections.abc import Iterator

import dagster as dg

from freshdesk_assets.file_modes import PRIVATE
from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import derived
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.names import PAGE, PUBLISHED
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.page.writing import NoMetrics, Options, made_by, write_page


def build_page(options: Options, mode: str = PRIVATE, names: Names = ALONE) -> dg.AssetsDefinition:
    """The asset that writes the page; with other options, charts or `mode`, the next run makes it again."""

    @derived(
        PAGE,
        [PUBLISHED],
        "page",
        group="published",
        doc="One HTML file to look at every morning: what is open, late and due, and how the last weeks went."
        " It is made of the published copy and stands beside it. A browser opens it without a server and"
        " without a network, from a mail or a shared folder too. FRESHDESK_PAGE sets the path."
        "\n\n`url` of the latest materialization leads to it. docs/page.md says what it shows, and how to add"
        " a chart.",
        made_of=[made_by(options), mode],
        kinds={"html"},
        names=names,
        output_required=False,
    )
    def page(context: dg.AssetExecutionContext, duckdb: DuckDBFile) -> Iterator[dg.MaterializeResult[None]]:
        with as_dagster_errors():
            copy, target = duckdb.lake or duckdb.published_path, duckdb.page_path
            if copy is None or target is None:
                context.log.info("no page is written: FRESHDESK_PAGE or FRESHDESK_PUBLISHED is off")
                return
            try:
                made = write_page(
                    copy,
                    target,
                    duckdb.page_options,
                    lock_wait=duckdb.lock_wait,
                    encryption=duckdb.encryption,
                )
            except NoMetrics as nothing:
                context.log.info(str(nothing))
                return
        for name, reason in made.wrong.items():
            context.log.error(f"the page lacks the chart {name}: {reason}")
        path = target.resolve()
        yield dg.MaterializeResult(
            asset_key=names.key(PAGE),
            metadata={
                "path": dg.MetadataValue.path(str(path)),
                "url": dg.MetadataValue.url(path.as_uri()),
                "written_anew": made.anew,
                "bytes": made.bytes,
                "charts": made.charts,
                **({"charts_left_out": ", ".join(made.wrong)} if made.wrong else {}),
            },
        )

    return page
