-- Channels
--
-- Tickets created in the 28 days before today and in the 28 before those, by channel.
--
-- shown as: table
-- width: half
--
-- channel: Channel
-- tickets [bar]: Tickets
-- before: Before
-- change [change]: Change

with created as (
  select
    page_tickets.of_group,
    page_tickets.channel as name,
    cast(page_tickets.created_local as date) >= page_clock.today - 28 as is_recent,
    page_clock.since <= page_clock.today - 56 as is_whole
  from page_tickets
  cross join page_clock
  where cast(page_tickets.created_local as date) >= page_clock.today - 56
    and cast(page_tickets.created_local as date) < page_clock.today
),
counted as (
  select
    created.of_group,
    created.name,
    count(*) filter (where created.is_recent) as tickets,
    if(any_value(created.is_whole), count(*) filter (where not created.is_recent), null) as before
  from created
  where created.name is not null
  group by grouping sets ((1, 2), (2))
)
select
  counted.of_group,
  counted.name as channel,
  counted.tickets,
  counted.before,
  counted.tickets / nullif(counted.before, 0) - 1 as change
from counted
qualify row_number() over (partition by counted.of_group order by counted.tickets desc, counted.before desc, counted.name) <= 8
order by 1, counted.tickets desc, counted.before desc, counted.name
