"""The copy for analysts as an asset: made last, when everything else of the run is done."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shlex import quote

import dagster as dg

from freshdesk_assets.file_modes import PRIVATE
from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.assets.derived import derived
from freshdesk_assets.orchestration.assets.metadata import fenced
from freshdesk_assets.orchestration.assets.references import KEY as FOREIGN_KEYS
from freshdesk_assets.orchestration.assets.views import schema_key
from freshdesk_assets.orchestration.failures import as_dagster_errors
from freshdesk_assets.orchestration.names import BY_NIGHT, PUBLISHED, WORK
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.run_metadata import as_of_metadata
from freshdesk_assets.schema.view import SqlView
from freshdesk_assets.warehouse.all_accounts import Together, write_views
from freshdesk_assets.warehouse.ledger.credits import read_states
from freshdesk_assets.warehouse.publishing import publish
from freshdesk_assets.warehouse.sql import literal

STALE_AFTER = timedelta(days=1)
"""Analysts should know when the copy is older than this."""


def how_to_open(copy: Path, *, encrypted: bool = False) -> str:
    """Lines to paste that open the copy, for Python and for a shell, as Markdown; never a key."""
    ask = "from freshdesk_meta.as_of"
    python = f'import duckdb\nduckdb.connect({str(copy)!r}, read_only=True).sql("{ask}").show()'
    shell = f'duckdb -readonly {quote(str(copy))} "{ask}"'
    if encrypted:
        attach = f"attach {literal(str(copy))} as replica (read_only, encryption_key '%s')"
        key = 'os.environ["FRESHDESK_ENCRYPTION_KEY"]'
        python = f'import duckdb, os\nduckdb.sql({attach!r} % {key})\nduckdb.sql("use replica; {ask}").show()'
        shell = f'freshdesk-assets query "{ask}"'
    return "\n\n".join([fenced(python, "python"), fenced(shell, "sh")])


def build_publication(
    views: Sequence[SqlView],
    after: Iterable[dg.AssetKey] = (),
    mode: str = PRIVATE,
    names: Names = ALONE,
    together: Together | None = None,
) -> dg.AssetsDefinition:
    """The asset that publishes the file, once the assets `after` which it comes have written to it.

    With several accounts, the views over all copies are made anew after it; `together` has them.
    With another `mode`, the next run gives it to the copy that is there.
    """

    @derived(
        PUBLISHED,
        # The references depend on every table, so the copy is downstream of everything.
        [FOREIGN_KEYS, *after, *(schema_key(schema) for schema in sorted({view.schema for view in views}))],
        "copy",
        group="published",
        doc="A copy of the whole file that analysts can open at any time. A new copy replaces the old one in"
        " one step; a program that has the old one open keeps reading it. FRESHDESK_PUBLISHED sets the path."
        "\n\nAny DuckDB from 1.4 on opens it, unless FRESHDESK_STORAGE asks for a later one. `open_with` of"
        " the latest materialization has lines to paste. In the copy, the table `freshdesk_meta.published`"
        " says when it was made, and the view `freshdesk_meta.as_of` what each table and view is as of.",
        made_of=[mode],
        kinds={"file"},
        names=names,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=STALE_AFTER),
        output_required=False,
    )
    def copy(context: dg.AssetExecutionContext, duckdb: DuckDBFile) -> Iterator[dg.MaterializeResult[None]]:
        with as_dagster_errors():
            target = duckdb.published_path
            if target is None:
                context.log.info("nothing is published: FRESHDESK_PUBLISHED is off")
                return
            # A compact copy costs many times as much as a copy of blocks: too much for every run of the day.
            # A retried run keeps its tags.
            by_night = context.run.tags.get(WORK) in BY_NIGHT
            warehouse = duckdb.warehouse(context.log.info)
            made = publish(warehouse, target, compact=by_night, mode=duckdb.mode_of_copy)
            with warehouse.open(checkpoint=False) as connection:
                read = [state.finished_at for state in read_states(connection).values() if state.finished_at]
            if together and (made.anew or not together.target.exists()):
                of_all = write_views(replace(together, encryption=warehouse.encryption))
                for name, why in of_all.left_out.items():
                    context.log.warning(f"the views over all accounts lack {name}: {why}")
        yield dg.MaterializeResult(
            asset_key=names.key(PUBLISHED),
            metadata={
                "path": dg.MetadataValue.path(str(target.resolve())),
                "copied_anew": made.anew,
                "compact": made.compact,
                "bytes": made.bytes,
                "dagster/size_bytes": made.bytes,
                "open_with": dg.MetadataValue.md(
                    how_to_open(target.resolve(), encrypted=warehouse.encryption is not None)
                ),
                "published_at": dg.MetadataValue.timestamp(made.published_at),
                **as_of_metadata(min(read, default=None)),
            },
        )

    return copy
