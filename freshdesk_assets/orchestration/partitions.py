"""From settings to the partitions of every table."""

import dagster as dg

from freshdesk_assets.settings import Partitioning, PartitionLength


def partitions_of(partitioning: Partitioning) -> dg.TimeWindowPartitionsDefinition:
    """Partitions in UTC from the one that holds the start date to the one that holds today."""
    start = partitioning.since.strftime("%Y-%m-%d")
    match partitioning.length:
        case PartitionLength.DAILY:
            return dg.DailyPartitionsDefinition(start, timezone="UTC", end_offset=1)
        case PartitionLength.WEEKLY:
            return dg.WeeklyPartitionsDefinition(start, timezone="UTC", end_offset=1)
        case PartitionLength.MONTHLY:
            return dg.MonthlyPartitionsDefinition(start, timezone="UTC", end_offset=1)
