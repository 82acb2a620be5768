-- One row per priority of an SLA policy, in the shape SyncHub gives it: how soon its tickets must be answered
-- and resolved.
--
-- RemoteID: Policy's id and TargetName, joined by a hyphen.
-- SLAPolicyRemoteID: Policy it belongs to, as text. -> synchub.SLAPolicy.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the policy is deleted, as its IsDeleted says.
-- WhenCreated: When the policy was created.
-- WhenModified: When the policy last changed.
-- SLAPolicyID: Policy it belongs to. -> synchub.SLAPolicy.ID
-- TargetName: priority_1 (Low) to priority_4 (Urgent).
-- RespondWithin: Seconds to the first response.
-- ResolveWithin: Seconds to the resolution.
-- BusinessHours: Whether only business hours count.
-- EscalationEnabled: Whether violations are escalated.

select
  targets.sla_policy_id || '-' || targets.target_name as RemoteID,
  cast(targets.sla_policy_id as varchar) as SLAPolicyRemoteID,
  targets._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  sla_policies._deleted_at is not null as IsDeleted,
  sla_policies.created_at as WhenCreated,
  sla_policies.updated_at as WhenModified,
  targets.sla_policy_id as SLAPolicyID,
  targets.target_name as TargetName,
  targets.respond_within as RespondWithin,
  targets.resolve_within as ResolveWithin,
  targets.business_hours as BusinessHours,
  targets.escalation_enabled as EscalationEnabled
from freshdesk.sla_policy_targets targets
join freshdesk.sla_policies
  on sla_policies.id = targets.sla_policy_id
