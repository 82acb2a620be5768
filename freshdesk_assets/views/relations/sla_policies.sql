-- One row per SLA policy, with its targets in hours and what it applies to.
--
-- id: Policy's id.
-- name: Policy's name.
-- description: What the policy is for.
-- active: Whether it is in force.
-- is_default: Whether it applies to tickets that no other policy applies to.
-- position: Order in which policies are tried.
-- low_response_hours: Hours to the first response of Low tickets.
-- low_resolution_hours: Hours to the resolution of Low tickets.
-- medium_response_hours: Hours to the first response of Medium tickets.
-- medium_resolution_hours: Hours to the resolution of Medium tickets.
-- high_response_hours: Hours to the first response of High tickets.
-- high_resolution_hours: Hours to the resolution of High tickets.
-- urgent_response_hours: Hours to the first response of Urgent tickets.
-- urgent_resolution_hours: Hours to the resolution of Urgent tickets.
-- applies_to: What it applies to, by name; null for all tickets that reach it.
-- created_at: When the policy was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with targets as (
  select
    goals.sla_policy_id,
    max(goals.respond_within) filter (goals.target_name = 'priority_1') as low_response,
    max(goals.resolve_within) filter (goals.target_name = 'priority_1') as low_resolution,
    max(goals.respond_within) filter (goals.target_name = 'priority_2') as medium_response,
    max(goals.resolve_within) filter (goals.target_name = 'priority_2') as medium_resolution,
    max(goals.respond_within) filter (goals.target_name = 'priority_3') as high_response,
    max(goals.resolve_within) filter (goals.target_name = 'priority_3') as high_resolution,
    max(goals.respond_within) filter (goals.target_name = 'priority_4') as urgent_response,
    max(goals.resolve_within) filter (goals.target_name = 'priority_4') as urgent_resolution
  from freshdesk.sla_policy_targets as goals
  group by goals.sla_policy_id
),
scopes as (
  select
    scope.sla_policy_id,
    cast(list(concat(scope.kind, ' ', scope.name) order by scope.kind, scope.name) as varchar[]) as names
  from relations.sla_policy_applicable_to as scope
  where not scope.deleted_in_freshdesk
  group by scope.sla_policy_id
)
select
  sla_policies.id,
  sla_policies.name,
  sla_policies.description,
  sla_policies.active,
  sla_policies.is_default,
  sla_policies."position",
  cast(targets.low_response as double) / 3600 as low_response_hours,
  cast(targets.low_resolution as double) / 3600 as low_resolution_hours,
  cast(targets.medium_response as double) / 3600 as medium_response_hours,
  cast(targets.medium_resolution as double) / 3600 as medium_resolution_hours,
  cast(targets.high_response as double) / 3600 as high_response_hours,
  cast(targets.high_resolution as double) / 3600 as high_resolution_hours,
  cast(targets.urgent_response as double) / 3600 as urgent_response_hours,
  cast(targets.urgent_resolution as double) / 3600 as urgent_resolution_hours,
  scopes.names as applies_to,
  sla_policies.created_at,
  sla_policies.updated_at,
  sla_policies._deleted_at is not null as deleted_in_freshdesk
from freshdesk.sla_policies
left join targets on targets.sla_policy_id = sla_policies.id
left join scopes on scopes.sla_policy_id = sla_policies.id
