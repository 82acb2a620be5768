-- How soon must a ticket be answered and resolved, by policy and priority?

select
  sla_policy_targets.sla_policy_name,
  sla_policy_targets.priority_label,
  sla_policy_targets.respond_within_hours,
  sla_policy_targets.resolve_within_hours,
  sla_policy_targets.business_hours
from relations.sla_policy_targets
where not sla_policy_targets.deleted_in_freshdesk
order by sla_policy_targets.sla_policy_name, sla_policy_targets.priority desc;

-- Which targets count hours around the clock, or are not escalated when missed?

select
  sla_policy_targets.sla_policy_name,
  sla_policy_targets.priority_label,
  not sla_policy_targets.business_hours as around_the_clock,
  not sla_policy_targets.escalation_enabled as not_escalated
from relations.sla_policy_targets
where (not sla_policy_targets.business_hours or not sla_policy_targets.escalation_enabled)
  and not sla_policy_targets.deleted_in_freshdesk
order by sla_policy_targets.sla_policy_name, sla_policy_targets.priority desc;
