-- Which states did the ticket that changed most go through?

with busiest_tickets as (
  select tickets_history.id
  from freshdesk.tickets_history
  group by tickets_history.id
  order by count(*) desc, tickets_history.id
  limit 1
)
select
  tickets_history.id,
  tickets_history.valid_from,
  tickets_history.valid_to,
  statuses.label as status,
  tickets_history.priority,
  groups.name as group_name,
  agents.contact_name as agent_name
from freshdesk.tickets_history
join busiest_tickets on busiest_tickets.id = tickets_history.id
left join relations.choices as statuses
  on statuses.field = 'status'
  and statuses.code = tickets_history.status
left join freshdesk.groups on groups.id = tickets_history.group_id
left join freshdesk.agents on agents.id = tickets_history.responder_id
order by tickets_history.valid_from;

-- Which unresolved tickets have spent most hours in one status, as far as syncs saw?

select
  tickets.id,
  tickets.subject,
  statuses.label as status,
  round(
    sum(date_diff('minute', tickets_history.valid_from, coalesce(tickets_history.valid_to, now()))) / 60, 1
  ) as hours
from freshdesk.tickets_history
join freshdesk.tickets on tickets.id = tickets_history.id
left join relations.choices as statuses
  on statuses.field = 'status'
  and statuses.code = tickets_history.status
where tickets_history.status not in (4, 5)
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
group by all
order by hours desc
limit 20;

-- Which tickets were handed from one group to another, and when?
-- Empty until a sync sees a ticket move.

with states as (
  select
    tickets_history.id,
    tickets_history.valid_from,
    tickets_history.group_id,
    lag(tickets_history.group_id) over (
      partition by tickets_history.id order by tickets_history.valid_from
    ) as former_group_id
  from freshdesk.tickets_history
)
select
  states.id,
  states.valid_from as moved_at,
  former_groups.name as from_group,
  groups.name as to_group
from states
join freshdesk.groups as former_groups on former_groups.id = states.former_group_id
join freshdesk.groups on groups.id = states.group_id
where states.group_id <> states.former_group_id
order by states.valid_from desc;
