-- One row per day and group with something to count; the group null stands for tickets without one.
--
-- day: Day in the account's zone.
-- group_id: Group; null for tickets without one. -> groups.id
-- group_name: Name of the group.
-- created: Tickets created in it.
-- resolved: Tickets resolved in it.
-- open: Its open tickets at the end of the day.
-- first_replies: First answers of that day to its tickets.
-- first_reply_business_seconds_mean: Mean of the business hours until then; null if none is known.
-- first_reply_business_seconds_median: Their median.
-- first_reply_business_seconds_p90: The time within which nine of ten were answered.
-- resolutions: The same as resolved, of which the following are made.
-- resolution_business_seconds_mean: Mean of the business hours until then; null if none is known.
-- resolution_business_seconds_median: Their median.
-- resolution_business_seconds_p90: The time within which nine of ten were resolved.
-- sla_ended: Targets of service levels that were met or missed on that day.
-- sla_met: How many of them were met.
-- ratings: Surveys answered about it.
-- happy: How many of these are happy.

with volume as (
  select
    volume_daily.day,
    coalesce(volume_daily.group_id, 0) as group_id,
    sum(volume_daily.created) as created,
    sum(volume_daily.resolved) as resolved
  from metrics.volume_daily
  group by all
),
backlog as (
  select
    backlog_daily.day,
    coalesce(backlog_daily.group_id, 0) as group_id,
    sum(backlog_daily.tickets) as open
  from metrics.backlog_daily
  group by all
),
replies as (
  select
    cast(ticket_replies.answered_at at time zone clock.zone as date) as day,
    coalesce(ticket_spans.group_id, 0) as group_id,
    count(*) as first_replies,
    avg(ticket_replies.business_seconds) as mean,
    median(ticket_replies.business_seconds) as median,
    quantile_cont(ticket_replies.business_seconds, 0.9) as p90
  from metrics.ticket_replies
  cross join metrics.clock
  join freshdesk.tickets on tickets.id = ticket_replies.ticket_id
  asof left join metrics.ticket_spans
    on ticket_spans.ticket_id = ticket_replies.ticket_id
    and ticket_replies.answered_at >= ticket_spans.started_at
  where ticket_replies.kind = 'first'
    and ticket_replies.answered_at is not null
    and not coalesce(tickets.spam, false)
    and not coalesce(tickets.deleted, false)
  group by all
),
resolutions as (
  select
    cast(ticket_events.at at time zone clock.zone as date) as day,
    coalesce(ticket_events.group_id, 0) as group_id,
    count(*) as resolutions,
    avg(ticket_events.business_seconds) as mean,
    median(ticket_events.business_seconds) as median,
    quantile_cont(ticket_events.business_seconds, 0.9) as p90
  from metrics.ticket_events
  cross join metrics.clock
  join freshdesk.tickets on tickets.id = ticket_events.ticket_id
  where ticket_events.kind = 'resolved'
    and not coalesce(tickets.spam, false)
    and not coalesce(tickets.deleted, false)
  group by all
),
levels as (
  select
    cast(coalesce(sla_events.breached_at, sla_events.met_at) at time zone clock.zone as date) as day,
    coalesce(sla_events.group_id, 0) as group_id,
    count(*) as ended,
    count(*) filter (sla_events.state = 'met') as met
  from metrics.sla_events
  cross join metrics.clock
  where sla_events.state in ('met', 'late', 'running_late')
  group by all
),
rated as (
  select
    csat.day,
    coalesce(csat.group_id, 0) as group_id,
    count(*) as ratings,
    count(*) filter (csat.label = 'happy') as happy
  from metrics.csat
  group by all
),
days as (
  select volume.day, volume.group_id
  from volume
  union
  select backlog.day, backlog.group_id
  from backlog
  union
  select replies.day, replies.group_id
  from replies
  union
  select resolutions.day, resolutions.group_id
  from resolutions
  union
  select levels.day, levels.group_id
  from levels
  union
  select rated.day, rated.group_id
  from rated
)
select
  days.day,
  nullif(days.group_id, 0) as group_id,
  groups.name as group_name,
  cast(coalesce(volume.created, 0) as bigint) as created,
  cast(coalesce(volume.resolved, 0) as bigint) as resolved,
  cast(coalesce(backlog.open, 0) as bigint) as open,
  coalesce(replies.first_replies, 0) as first_replies,
  cast(replies.mean as double) as first_reply_business_seconds_mean,
  cast(replies.median as double) as first_reply_business_seconds_median,
  cast(replies.p90 as double) as first_reply_business_seconds_p90,
  coalesce(resolutions.resolutions, 0) as resolutions,
  cast(resolutions.mean as double) as resolution_business_seconds_mean,
  cast(resolutions.median as double) as resolution_business_seconds_median,
  cast(resolutions.p90 as double) as resolution_business_seconds_p90,
  coalesce(levels.ended, 0) as sla_ended,
  coalesce(levels.met, 0) as sla_met,
  coalesce(rated.ratings, 0) as ratings,
  coalesce(rated.happy, 0) as happy
from days
left join volume on volume.day = days.day and volume.group_id = days.group_id
left join backlog on backlog.day = days.day and backlog.group_id = days.group_id
left join replies on replies.day = days.day and replies.group_id = days.group_id
left join resolutions on resolutions.day = days.day and resolutions.group_id = days.group_id
left join levels on levels.day = days.day and levels.group_id = days.group_id
left join rated on rated.day = days.day and rated.group_id = days.group_id
left join freshdesk.groups on groups.id = days.group_id
