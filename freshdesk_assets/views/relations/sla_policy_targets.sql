-- One row per priority of an SLA policy, with the times in hours.
--
-- sla_policy_id: Row of sla_policies it is part of. -> sla_policies.id
-- sla_policy_name: Name of the policy.
-- target_name: priority_1 (Low) to priority_4 (Urgent).
-- priority: Priority, by the codes of tickets.priority.
-- priority_label: Label of the priority.
-- respond_within_hours: Hours to the first response.
-- next_respond_within_hours: Hours to each later response; null if not set.
-- resolve_within_hours: Hours to the resolution.
-- business_hours: Whether only business hours count.
-- escalation_enabled: Whether violations are escalated.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  sla_policy_targets.sla_policy_id,
  sla_policies.name as sla_policy_name,
  sla_policy_targets.target_name,
  try_cast(replace(sla_policy_targets.target_name, 'priority_', '') as integer) as priority,
  priorities.label as priority_label,
  cast(sla_policy_targets.respond_within as double) / 3600 as respond_within_hours,
  cast(sla_policy_targets.next_respond_within as double) / 3600 as next_respond_within_hours,
  cast(sla_policy_targets.resolve_within as double) / 3600 as resolve_within_hours,
  sla_policy_targets.business_hours,
  sla_policy_targets.escalation_enabled,
  sla_policy_targets._deleted_at is not null as deleted_in_freshdesk
from freshdesk.sla_policy_targets
left join freshdesk.sla_policies on sla_policies.id = sla_policy_targets.sla_policy_id
left join relations.choices as priorities
  on priorities.field = 'priority'
  and priorities.code = try_cast(replace(sla_policy_targets.target_name, 'priority_', '') as integer)
