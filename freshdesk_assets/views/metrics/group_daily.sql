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
parts as (
  select
    volume.day, volume.group_id, volume.created, volume.resolved, null as open, null as first_replies,
    null as reply_mean, null as reply_median, null as reply_p90, null as resolutions,
    null as resolution_mean, null as resolution_median, null as resolution_p90, null as ended,
    null as met, null as ratings, null as happy
  from volume
  union all
  select
    backlog.day, backlog.group_id, null, null, backlog.open, null, null, null, null, null, null, null,
    null, null, null, null, null
  from backlog
  union all
  select
    replies.day, replies.group_id, null, null, null, replies.first_replies, replies.mean as reply_mean,
    replies.median as reply_median, replies.p90 as reply_p90, null, null, null, null, null, null, null,
    null
  from replies
  union all
  select
    resolutions.day, resolutions.group_id, null, null, null, null, null, null, null,
    resolutions.resolutions, resolutions.mean as resolution_mean,
    resolutions.median as resolution_median, resolutions.p90 as resolution_p90, null, null, null, null
  from resolutions
  union all
  select
    levels.day, levels.group_id, null, null, null, null, null, null, null, null, null, null, null,
    levels.ended, levels.met, null, null
  from levels
  union all
  select
    rated.day, rated.group_id, null, null, null, null, null, null, null, null, null, null, null, null,
    null, rated.ratings, rated.happy
  from rated
),
counted as (
  select
    parts.day,
    parts.group_id,
    sum(parts.created) as created,
    sum(parts.resolved) as resolved,
    sum(parts.open) as open,
    sum(parts.first_replies) as first_replies,
    max(parts.reply_mean) as reply_mean,
    max(parts.reply_median) as reply_median,
    max(parts.reply_p90) as reply_p90,
    sum(parts.resolutions) as resolutions,
    max(parts.resolution_mean) as resolution_mean,
    max(parts.resolution_median) as resolution_median,
    max(parts.resolution_p90) as resolution_p90,
    sum(parts.ended) as ended,
    sum(parts.met) as met,
    sum(parts.ratings) as ratings,
    sum(parts.happy) as happy
  from parts
  group by parts.day, parts.group_id
)
-- Each count is read once, and by the days that are asked for.
select
  counted.day,
  nullif(counted.group_id, 0) as group_id,
  groups.name as group_name,
  cast(coalesce(counted.created, 0) as bigint) as created,
  cast(coalesce(counted.resolved, 0) as bigint) as resolved,
  cast(coalesce(counted.open, 0) as bigint) as open,
  cast(coalesce(counted.first_replies, 0) as bigint) as first_replies,
  cast(counted.reply_mean as double) as first_reply_business_seconds_mean,
  cast(counted.reply_median as double) as first_reply_business_seconds_median,
  cast(counted.reply_p90 as double) as first_reply_business_seconds_p90,
  cast(coalesce(counted.resolutions, 0) as bigint) as resolutions,
  cast(counted.resolution_mean as double) as resolution_business_seconds_mean,
  cast(counted.resolution_median as double) as resolution_business_seconds_median,
  cast(counted.resolution_p90 as double) as resolution_business_seconds_p90,
  cast(coalesce(counted.ended, 0) as bigint) as sla_ended,
  cast(coalesce(counted.met, 0) as bigint) as sla_met,
  cast(coalesce(counted.ratings, 0) as bigint) as ratings,
  cast(coalesce(counted.happy, 0) as bigint) as happy
from counted
left join freshdesk.groups on groups.id = counted.group_id
