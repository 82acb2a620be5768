-- One row per month and company with something to count.
--
-- month: First day of the month, in the account's zone.
-- company_id: Company of the requesters. -> companies.id
-- company_name: Name of the company.
-- created: Tickets created.
-- resolved: Tickets whose latest resolution is of that month.
-- first_replies: First answers of that month.
-- first_reply_business_seconds_mean: Mean of the business hours until then; null if none is known.
-- first_reply_business_seconds_median: Their median.
-- first_reply_business_seconds_p90: The time within which nine of ten were answered.
-- seconds_tracked: Time that agents booked in that month.
-- ratings: Surveys answered.
-- happy: How many of these are happy.

with current_tickets as (
  select
    tickets.id,
    tickets.company_id,
    cast(date_trunc('month', tickets.created_at at time zone clock.zone) as date) as created_month,
    cast(date_trunc('month', ticket_facts.last_resolved_at at time zone clock.zone) as date)
      as resolved_month,
    cast(date_trunc('month', ticket_facts.first_reply_at at time zone clock.zone) as date) as reply_month,
    ticket_facts.first_reply_business_seconds
  from freshdesk.tickets
  cross join metrics.clock
  left join metrics.ticket_facts on ticket_facts.ticket_id = tickets.id
  where tickets.company_id is not null
    and not coalesce(tickets.spam, false)
    and not coalesce(tickets.deleted, false)
),
created as (
  select current_tickets.created_month as month, current_tickets.company_id, count(*) as tickets
  from current_tickets
  where current_tickets.created_month is not null
  group by all
),
resolved as (
  select current_tickets.resolved_month as month, current_tickets.company_id, count(*) as tickets
  from current_tickets
  where current_tickets.resolved_month is not null
  group by all
),
replies as (
  select
    current_tickets.reply_month as month,
    current_tickets.company_id,
    count(*) as replies,
    avg(current_tickets.first_reply_business_seconds) as mean,
    median(current_tickets.first_reply_business_seconds) as median,
    quantile_cont(current_tickets.first_reply_business_seconds, 0.9) as p90
  from current_tickets
  where current_tickets.reply_month is not null
  group by all
),
booked as (
  select
    cast(date_trunc('month', time_entries.executed_at at time zone clock.zone) as date) as month,
    time_entries.company_id,
    sum(time_entries.time_spent_in_seconds) as seconds
  from freshdesk.time_entries
  cross join metrics.clock
  where time_entries._deleted_at is null and time_entries.company_id is not null
  group by all
),
rated as (
  select
    cast(date_trunc('month', csat.day) as date) as month,
    csat.company_id,
    count(*) as ratings,
    count(*) filter (csat.label = 'happy') as happy
  from metrics.csat
  where csat.company_id is not null
  group by all
),
months as (
  select created.month, created.company_id
  from created
  union
  select resolved.month, resolved.company_id
  from resolved
  union
  select replies.month, replies.company_id
  from replies
  union
  select booked.month, booked.company_id
  from booked
  union
  select rated.month, rated.company_id
  from rated
)
select
  months.month,
  months.company_id,
  companies.name as company_name,
  coalesce(created.tickets, 0) as created,
  coalesce(resolved.tickets, 0) as resolved,
  coalesce(replies.replies, 0) as first_replies,
  cast(replies.mean as double) as first_reply_business_seconds_mean,
  cast(replies.median as double) as first_reply_business_seconds_median,
  cast(replies.p90 as double) as first_reply_business_seconds_p90,
  cast(coalesce(booked.seconds, 0) as bigint) as seconds_tracked,
  coalesce(rated.ratings, 0) as ratings,
  coalesce(rated.happy, 0) as happy
from months
left join created on created.month = months.month and created.company_id = months.company_id
left join resolved on resolved.month = months.month and resolved.company_id = months.company_id
left join replies on replies.month = months.month and replies.company_id = months.company_id
left join booked on booked.month = months.month and booked.company_id = months.company_id
left join rated on rated.month = months.month and rated.company_id = months.company_id
left join freshdesk.companies on companies.id = months.company_id
