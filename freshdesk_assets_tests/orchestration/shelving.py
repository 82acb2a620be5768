"""Assets of somebody's own, in a file that `dagster asset materialize -f` is given."""

import dagster as dg


@dg.asset(
    partitions_def=dg.StaticPartitionsDefinition([str(number) for number in range(12)]),
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def shelves() -> None:
    """Twelve shelves, made in one run."""


defs = dg.Definitions([shelves])
