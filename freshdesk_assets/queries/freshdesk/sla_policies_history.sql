-- What did each policy promise for urgent tickets, and from when to when?

select
  sla_policies_history.name,
  sla_policies_history.valid_from,
  sla_policies_history.valid_to,
  sla_policies_history.active,
  cast(sla_policies_history.sla_target ->> '$.priority_4.resolve_within' as bigint) / 3600
    as hours_to_resolution
from freshdesk.sla_policies_history
order by sla_policies_history.id, sla_policies_history.valid_from;

-- How many tickets were opened while each state of a policy was in force?

select
  sla_policies_history.name,
  sla_policies_history.valid_from,
  sla_policies_history.valid_to,
  count(tickets.id) as tickets
from freshdesk.sla_policies_history
left join freshdesk.tickets
  on tickets.created_at >= sla_policies_history.valid_from
  and coalesce(tickets.created_at < sla_policies_history.valid_to, true)
  and not tickets.spam
  and not tickets.deleted
where sla_policies_history.active
group by all
order by sla_policies_history.name, sla_policies_history.valid_from;
