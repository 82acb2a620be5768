"""From an operation to an asset that is made of tables: what all such assets have in common."""

import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
from pydantic import Field

from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.following import follows
from freshdesk_assets.orchestration.names import DERIVED, FILE_KIND

ONE_RUN = dg.BackfillPolicy.single_run()
"""One run for any range of partitions: `dagster asset materialize --partition-range` asks for it of each
selected asset, those without partitions too."""


@contextmanager
def one_run_for_all() -> Iterator[None]:
    """Let such a policy be declared."""
    with warnings.catch_warnings():
        # It is beta, but Dagster is pinned: it will not change without notice.
        warnings.simplefilter("ignore", dg.BetaWarning)
        yield


class Deriving(dg.Config):
    """How a derived table is brought up to date."""

    whole: bool = Field(
        default=False,
        description="Go through every row of its table, not only those that changed since the last run.",
    )


def derived(
    key: dg.AssetKey,
    deps: Iterable[dg.AssetKey],
    kind: str,
    *,
    group: str,
    doc: str,
    made_of: Sequence[object] = (),
    kinds: Iterable[str] = (),
    names: Names = ALONE,
    **options: Any,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorate an operation that makes the asset from `deps` inside the file, and stores it itself.

    - `kind` is the value of the tag `freshdesk/derived`.
    - `group` and `doc` are the asset's group and description in the UI.
    - `made_of` is what the operation is declared to do. While that and the tables are unchanged, a run that
      only looks for news leaves it out.
    - `kinds` are shown beside DuckDB's; `options` are those of `dagster.asset`.
    - `key` and `deps` are those of one account alone; `names` are the account's.
    """

    def decorate(operation: Callable[..., Any]) -> dg.AssetsDefinition:
        with one_run_for_all():
            made: dg.AssetsDefinition = dg.asset(
                key=names.key(key),
                deps=list(map(names.key, deps)),
                description=doc,
                group_name=group,
                kinds={FILE_KIND, *kinds},
                tags={DERIVED: kind},
                op_tags=follows(*made_of),
                pool=names.pool,
                backfill_policy=ONE_RUN,
                **{**options, **names.io_manager},
            )(names.bound(operation))
        return made

    return decorate
