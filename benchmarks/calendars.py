"""What business hours cost: `python -m benchmarks.calendars`.

The business seconds of a million spans are found against twelve years of five calendars, by one ASOF join for
each end of a span, as the views of schema metrics do. The bound is reading the same spans and writing as many
numbers, without any calendar.
"""

import argparse
import tempfile
from datetime import timedelta
from pathlib import Path

from benchmarks.generated import AS_OF, CATALOG, fill_calendars
from benchmarks.replica import conditions, show
from benchmarks.timing import Measured, timed
from freshdesk_assets.views import declared_views
from freshdesk_assets.warehouse.derived.views import ensure_views
from freshdesk_assets.warehouse.file import Connection, Warehouse
from freshdesk_assets.warehouse.sql import number

YEARS = 12

_SPANS = """
create or replace table replica.main.spans as
select
  n as id,
  1 + drawn(n, 1, 5) as calendar_id,
  cast(0 as bigint) as source,
  $since + to_seconds(drawn(n, 2, 365 * 12 * 86400)) as started_at,
  started_at + to_seconds(drawn(n, 3, 20 * 86400)) as ended_at
from range(1, $spans + 1) as numbers(n)
"""

_BOUND = """
create or replace table replica.main.plain as
select spans.id, cast(epoch(spans.ended_at) - epoch(spans.started_at) as bigint) as seconds
from replica.main.spans
"""

_MEASURED = """
create or replace table replica.main.measured as
with begun as (
  select
    spans.*,
    slots.done_seconds + least(
      greatest(epoch(spans.started_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as started_clock
  from replica.main.spans
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = spans.calendar_id
    and slots.source = spans.source
    and spans.started_at >= slots.starts_at
)
select
  begun.id,
  cast(
    slots.done_seconds + least(
      greatest(epoch(begun.ended_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) - begun.started_clock as bigint
  ) as business_seconds
from begun
asof left join metrics.calendar_slots as slots
  on slots.calendar_id = begun.calendar_id
  and slots.source = begun.source
  and begun.ended_at >= slots.starts_at
"""

_FIRST_AND_LAST = """
insert into freshdesk.tickets (id, created_at, updated_at, _synced_at)
values (1, $since, $since, $since), (2, $until, $until, $until)
"""


def main() -> None:
    """Make the calendars and the spans, and measure them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=1_000_000)
    parser.add_argument("--memory", default="512MB")
    options = parser.parse_args()
    print(conditions())
    with tempfile.TemporaryDirectory(prefix="freshdesk-benchmark-") as folder:
        warehouse = Warehouse(Path(folder) / "replica.duckdb", memory_limit=options.memory)
        with warehouse.open() as connection:
            made, slots = make(connection, options.spans)
        with warehouse.open() as connection:
            plain = timed(lambda: connection.execute(_BOUND))
            measured = timed(lambda: connection.execute(_MEASURED))
            lost = number(
                connection, "select count(*) from replica.main.measured where business_seconds is null"
            )
    if lost:
        raise RuntimeError(f"{lost:,} spans have no business seconds")
    lines = [
        ("all views, of nothing", made["seconds"], made["cpu"], None),
        ("bound: spans read, seconds written", plain["seconds"], plain["cpu"], 1.0),
        ("business seconds", measured["seconds"], measured["cpu"], measured["cpu"] / plain["cpu"]),
    ]
    show(f"{options.spans:,} spans, {slots:,} times", ("", "seconds", "CPU s", "of the bound by CPU"), lines)


def make(connection: Connection, spans: int) -> tuple[Measured, int]:
    """Make calendars and spans of twelve years; returns the time for the views, and the number of times."""
    given = {"since": AS_OF - timedelta(days=365 * YEARS), "until": AS_OF}
    fill_calendars(connection, given["since"])
    connection.execute(_FIRST_AND_LAST, given)
    made = timed(lambda: ensure_views(connection, declared_views(), CATALOG))
    connection.execute(_SPANS, {"since": given["since"], "spans": spans})
    return made, number(connection, "select count(*) from metrics.calendar_slots")


if __name__ == "__main__":
    main()
