-- The backlog of the last 90 days, by group, status and age: backlog_daily, of the spans that reach into them.

with spans as (
  select
    ticket_spans.ticket_id,
    ticket_spans.group_id,
    ticket_spans.status,
    not ticket_spans.assignment_known or ticket_spans.status is null as estimated,
    case
      when ticket_spans.started_at >= getvariable('page_as_of') - interval 91 days
        then greatest(
          cast(ticket_spans.started_at at time zone getvariable('page_zone') as date),
          getvariable('page_today') - 89
        )
      else getvariable('page_today') - 89
    end as first_day,
    -- The last day at whose end it stood so: the end of the day before the one in which it ended.
    coalesce(
      cast(ticket_spans.ended_at at time zone getvariable('page_zone') as date), getvariable('page_today')
    ) - 1 as last_day
  from metrics.ticket_spans
  where ticket_spans.in_use
    and (ticket_spans.status is null or ticket_spans.status not in (4, 5))
    and (
      ticket_spans.ended_at is null
      or ticket_spans.ended_at >= getvariable('page_as_of') - interval 91 days
    )
),
stood as (
  select
    spans.group_id,
    spans.status,
    spans.estimated,
    spans.first_day,
    spans.last_day,
    -- Those that are older than 30 days on all these days are as good as of one age.
    case
      when tickets.created_at >= getvariable('page_as_of') - interval 122 days then epoch(tickets.created_at)
    end as created_at,
    count(*) as tickets
  from spans
  join freshdesk.tickets on tickets.id = spans.ticket_id
  where spans.last_day >= spans.first_day and tickets.created_at is not null
  group by all
),
expanded as (
  select
    stood.group_id,
    stood.status,
    stood.estimated,
    stood.created_at,
    stood.tickets,
    cast(unnest(generate_series(
      cast(stood.first_day as timestamp), cast(stood.last_day as timestamp), interval 1 day
    )) as date) as day
  from stood
),
ends as (
  select
    days.day,
    epoch(cast(days.day + 1 as timestamp) at time zone getvariable('page_zone')) as ends_at
  from (select distinct expanded.day from expanded) as days
),
counted as (
  select
    expanded.group_id,
    expanded.day,
    expanded.status,
    case
      when ends.ends_at - expanded.created_at < 86400 then '0-1 d'
      when ends.ends_at - expanded.created_at < 3 * 86400 then '1-3 d'
      when ends.ends_at - expanded.created_at < 7 * 86400 then '3-7 d'
      when ends.ends_at - expanded.created_at < 30 * 86400 then '7-30 d'
      else '30+ d'
    end as age,
    sum(expanded.tickets) as tickets,
    bool_or(expanded.estimated) as estimated
  from expanded
  join ends on ends.day = expanded.day
  group by all
)
select
  coalesce(groups.name, 'Group ' || counted.group_id, 'No group') as of_group,
  counted.day,
  coalesce(statuses.label, 'Status not known') as status,
  counted.age,
  cast(sum(counted.tickets) as bigint) as tickets,
  bool_or(counted.estimated) as estimated
from counted
left join freshdesk.groups on groups.id = counted.group_id
left join metrics.statuses on statuses.status = counted.status
group by 1, 2, 3, 4
