"""From settings to the partitions of every table."""

from datetime import datetime

import dagster as dg

from freshdesk_assets.settings import Partitioning, PartitionLength


def days_since(moment: datetime) -> dg.DailyPartitionsDefinition:
    """Days in UTC from that moment's to today, whatever the partitions of the tables are."""
    return dg.DailyPartitionsDefinition(moment.strftime("%Y-%m-%d"), timezone="UTC", end_offset=1)


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
