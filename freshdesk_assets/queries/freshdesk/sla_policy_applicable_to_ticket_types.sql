-- Which types of ticket does each policy name, and how soon must they be answered when urgent?

select
  sla_policies.name as policy_name,
  sla_policy_applicable_to_ticket_types.ticket_type,
  sla_policy_targets.respond_within / 60 as minutes_to_response
from freshdesk.sla_policy_applicable_to_ticket_types
join freshdesk.sla_policies on sla_policies.id = sla_policy_applicable_to_ticket_types.sla_policy_id
left join freshdesk.sla_policy_targets
  on sla_policy_targets.sla_policy_id = sla_policies.id
  and sla_policy_targets.target_name = 'priority_4'
where sla_policy_applicable_to_ticket_types._deleted_at is null
order by sla_policies."position", sla_policy_applicable_to_ticket_types.ticket_type;

-- Are tickets of the types that policies name late more seldom than others?

with named_types as (
  select distinct sla_policy_applicable_to_ticket_types.ticket_type
  from freshdesk.sla_policy_applicable_to_ticket_types
  where sla_policy_applicable_to_ticket_types._deleted_at is null
)
select
  tickets.type,
  named_types.ticket_type is not null as is_named,
  count(*) as tickets,
  round(100.0 * count(*) filter (tickets.is_escalated) / count(*)) as percent_late
from freshdesk.tickets
left join named_types on named_types.ticket_type = tickets.type
where not tickets.spam
  and not tickets.deleted
group by all
order by percent_late;
