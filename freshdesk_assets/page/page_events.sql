-- What happened to tickets, by day: in the last 90 days for groups, as volume_daily; in eight for agents, as agent_daily.

with happened as (
  select
    ticket_events.ticket_id,
    cast(ticket_events.at at time zone getvariable('page_zone') as date) as day,
    ticket_events.kind,
    ticket_events.group_id,
    ticket_events.by_agent_id
  from metrics.ticket_events
  -- A day more than is asked for, whatever the zone.
  where ticket_events.at >= getvariable('page_as_of') - interval 91 days
    and (
      ticket_events.kind in ('created', 'resolved', 'reopened')
      or ticket_events.kind = 'agent_reply' and ticket_events.at >= getvariable('page_as_of') - interval 9 days
    )
),
unwanted as (
  select tickets.id
  from freshdesk.tickets
  where tickets.spam or tickets.deleted
)
select
  happened.day,
  happened.kind,
  coalesce(groups.name, 'Group ' || happened.group_id, 'No group') as of_group,
  case when happened.day >= getvariable('page_today') - 8 then happened.by_agent_id end as agent_id,
  count(*) as events,
  count(*) filter (where unwanted.id is null) as counted
from happened
left join unwanted on unwanted.id = happened.ticket_id
left join freshdesk.groups on groups.id = happened.group_id
where happened.day > getvariable('page_today') - 90
group by 1, 2, 3, 4
