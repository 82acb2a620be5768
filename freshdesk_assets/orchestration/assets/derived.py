"""From an operation to an asset that is made of tables: what all such assets have in common."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dagster as dg
from pydantic import Field

from freshdesk_assets.orchestration.following import follows
from freshdesk_assets.orchestration.names import DERIVED, FILE_KIND, POOL


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
    **options: Any,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorate an operation that makes the asset from `deps` inside the file, and stores it itself.

    - `kind` is the value of the tag `freshdesk/derived`.
    - `group` and `doc` are the asset's group and description in the UI.
    - `made_of` is what the operation is declared to do. While that and the tables are unchanged, a run that
      only looks for news leaves it out.
    - `kinds` are shown beside DuckDB's; `options` are those of `dagster.asset`.
    """
    made: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        key=key,
        deps=list(deps),
        description=doc,
        group_name=group,
        kinds={FILE_KIND, *kinds},
        tags={DERIVED: kind},
        op_tags=follows(*made_of),
        pool=POOL,
        **options,
    )
    return made
