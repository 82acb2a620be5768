"""What an asset that is made of tables has in common with every other such asset."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dagster as dg

from freshdesk_assets.orchestration.following import follows
from freshdesk_assets.orchestration.names import DERIVED, FILE_KIND, OWNERS, POOL


class Deriving(dg.Config):
    """How a derived table is brought up to date."""

    whole: bool = False
    """Look at every row of its table, and not only at those that changed since the last time."""


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
    """Decorate an operation that makes the asset of `deps` in the file, and stores it itself.

    - `kind` is the value of its tag `freshdesk/derived`.
    - `made_of` is what it is declared to do: while that and the tables are as they were, a run that only
      looks for news leaves it out.
    - `kinds` are shown beside DuckDB's; `options` are those of `dagster.asset`.
    """
    made: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        key=key,
        deps=list(deps),
        description=doc,
        group_name=group,
        kinds={FILE_KIND, *kinds},
        owners=OWNERS,
        tags={DERIVED: kind},
        op_tags=follows(*made_of),
        pool=POOL,
        **options,
    )
    return made
