-- How sure this is
--
-- What the figures are made of, and how far they agree with what Freshdesk says itself.
--
-- shown as: table
--
-- what: What
-- value: Value

with reads as (
  select
    max(read_state.finished_at) as latest,
    string_agg(read_state.table_name, ', ' order by read_state.table_name)
      filter (where read_state.finished_at is null or read_state.unfinished is not null) as unfinished
  from freshdesk_meta.read_state
),
spent as (
  select sum(credits.credits) as credits
  from freshdesk_meta.credits
  where credits.day = (select cast(reads.latest at time zone 'UTC' as date) from reads)
),
agreed as (
  select
    sum(reconciliation.compared) as compared,
    sum(reconciliation.differs) as differs
  from metrics.reconciliation
),
aside as (
  select
    (select count(*) from freshdesk_meta.set_aside) as set_aside,
    (select count(*) from freshdesk_meta.rejected) as rejected
)
select
  line.what,
  coalesce(line.value, '–') as value
from page_clock
cross join reads
cross join spent
cross join agreed
cross join aside
cross join lateral (
  values
    (1, 'Tickets are as of', strftime(page_clock.as_of at time zone page_clock.zone, '%Y-%m-%d %H:%M ') || page_clock.zone),
    (2, 'Last read of any table', strftime(reads.latest at time zone page_clock.zone, '%Y-%m-%d %H:%M ') || page_clock.zone),
    (3, 'Tables not read to their end', if(reads.latest is null, null, coalesce(reads.unfinished, 'none'))),
    (4, 'Rows that Freshdesk refused, or that could not be stored', cast(aside.set_aside + aside.rejected as varchar)),
    (5, 'API credits of that day', cast(cast(spent.credits as bigint) as varchar)),
    (
      6, 'Agrees with Freshdesk to the minute',
      format('{:.1f} % of {} comparisons', 100 * (1 - agreed.differs / nullif(agreed.compared, 0)), cast(agreed.compared as bigint))
    )
) as line (place, what, value)
order by line.place
