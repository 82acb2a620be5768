-- How many hours does each policy allow to the first response and to the resolution, by priority?

select
  sla_policies.name as policy_name,
  sla_policy_targets.target_name,
  sla_policy_targets.respond_within / 3600 as hours_to_response,
  sla_policy_targets.resolve_within / 3600 as hours_to_resolution,
  sla_policy_targets.business_hours as only_business_hours
from freshdesk.sla_policy_targets
join freshdesk.sla_policies on sla_policies.id = sla_policy_targets.sla_policy_id
where sla_policy_targets._deleted_at is null
order by sla_policies."position", sla_policy_targets.target_name desc;

-- How soon does the default policy ask for the first response, and how soon, by the clock, did it come?

select
  tickets.priority,
  sla_policy_targets.respond_within / 3600 as hours_allowed,
  sla_policy_targets.business_hours as only_business_hours,
  round(median(date_diff('minute', tickets.created_at, tickets.first_responded_at)) / 60, 1) as median_hours,
  round(100.0 * count(*) filter (tickets.fr_escalated) / count(*)) as percent_late
from freshdesk.sla_policy_targets
join freshdesk.sla_policies on sla_policies.id = sla_policy_targets.sla_policy_id
join freshdesk.tickets on concat('priority_', tickets.priority) = sla_policy_targets.target_name
where sla_policies.is_default
  and sla_policy_targets._deleted_at is null
  and tickets.first_responded_at is not null
  and not tickets.spam
  and not tickets.deleted
group by all
order by tickets.priority desc;
