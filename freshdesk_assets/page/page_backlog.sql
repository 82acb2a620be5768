-- The backlog of the last 90 days, by group, status and age: backlog_daily, of the spans that reach into them.

with days as (
  select
    ticket_spans.ticket_id,
    ticket_spans.group_id,
    ticket_spans.status,
    not ticket_spans.assignment_known or ticket_spans.status is null as estimated,
    unnest(generate_series(
      greatest(cast(ticket_spans.started_at at time zone clock.zone as date), clock.today - 89),
      -- The last day at whose end it stood so: the end of the day before the one in which it ended.
      cast(coalesce(ticket_spans.ended_at, clock.as_of) at time zone clock.zone as date) - 1,
      interval 1 day
    )) as day,
    clock.zone
  from metrics.ticket_spans
  cross join metrics.clock
  where ticket_spans.in_use
    and (ticket_spans.status is null or ticket_spans.status not in (4, 5))
    and coalesce(ticket_spans.ended_at, clock.as_of)
      >= cast(clock.today - 89 as timestamp) at time zone clock.zone
),
aged as (
  select
    days.group_id,
    days.status,
    days.estimated,
    cast(days.day as date) as day,
    epoch(cast(cast(days.day as date) + 1 as timestamp) at time zone days.zone) - epoch(tickets.created_at)
      as age
  from days
  join freshdesk.tickets on tickets.id = days.ticket_id
),
counted as (
  select
    aged.group_id,
    aged.day,
    aged.status,
    case
      when aged.age < 86400 then '0-1 d'
      when aged.age < 3 * 86400 then '1-3 d'
      when aged.age < 7 * 86400 then '3-7 d'
      when aged.age < 30 * 86400 then '7-30 d'
      else '30+ d'
    end as age,
    count(*) as tickets,
    bool_or(aged.estimated) as estimated
  from aged
  group by all
)
select
  coalesce(groups.name, 'Group ' || counted.group_id, 'No group') as of_group,
  counted.day,
  coalesce(statuses.label, 'Status not known') as status,
  counted.age,
  sum(counted.tickets) as tickets,
  bool_or(counted.estimated) as estimated
from counted
left join freshdesk.groups on groups.id = counted.group_id
left join metrics.statuses on statuses.status = counted.status
group by 1, 2, 3, 4
