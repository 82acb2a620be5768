-- One row per day, group, agent, priority, status and age: tickets that were open at the end of the day.
--
-- Spam and tickets in the trash do not count. Of days before the first sync it is estimated: a ticket is taken to
-- have been open until it was solved, in the group and with the agent of the first sync.
--
-- day: Day in the account's zone.
-- group_id: Group; null if none. -> groups.id
-- group_name: Name of the group.
-- agent_id: Agent; null if none. -> agents.id
-- agent_name: Name of the agent.
-- priority: Priority.
-- status: Status; null where it is not known.
-- status_label: Label of the status.
-- age_bucket: Age of the tickets then: 0-1 d, 1-3 d, 3-7 d, 7-30 d or 30+ d.
-- tickets: How many.
-- estimated: Whether a part of it is taken from the tickets' times, and was not seen.

with aged as (
  select
    ticket_fields_daily.*,
    epoch(cast(ticket_fields_daily.day + 1 as timestamp) at time zone clock.zone) - epoch(tickets.created_at)
      as age
  from metrics.ticket_fields_daily
  cross join metrics.clock
  join freshdesk.tickets on tickets.id = ticket_fields_daily.ticket_id
  where ticket_fields_daily.in_use and ticket_fields_daily.status is distinct from 4
),
counted as (
  select
    aged.day,
    aged.group_id,
    aged.agent_id,
    aged.priority,
    aged.status,
    case
      when aged.age < 86400 then '0-1 d'
      when aged.age < 3 * 86400 then '1-3 d'
      when aged.age < 7 * 86400 then '3-7 d'
      when aged.age < 30 * 86400 then '7-30 d'
      else '30+ d'
    end as age_bucket,
    count(*) as tickets,
    bool_or(not aged.known or aged.status is null) as estimated
  from aged
  group by all
)
select
  counted.day,
  counted.group_id,
  groups.name as group_name,
  counted.agent_id,
  agents.contact_name as agent_name,
  counted.priority,
  counted.status,
  statuses.label as status_label,
  cast(counted.age_bucket as varchar) as age_bucket,
  counted.tickets,
  counted.estimated
from counted
left join freshdesk.groups on groups.id = counted.group_id
left join freshdesk.agents on agents.id = counted.agent_id
left join metrics.statuses on statuses.status = counted.status
