-- One row per agent notified when an SLA policy is about to be violated, or has been, in the shape SyncHub gives
-- it.
--
-- RemoteID: Policy's id, EscalationName and the agent's id, joined by hyphens.
-- SLAPolicyRemoteID: Policy it belongs to, as text. -> synchub.SLAPolicy.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the policy is deleted, as its IsDeleted says.
-- WhenCreated: When the policy was created.
-- WhenModified: When the policy last changed.
-- SLAPolicyID: Policy it belongs to. -> synchub.SLAPolicy.ID
-- EscalationName: Occasion: response, resolution.level_1 to level_4, reminder_response, ….
-- EscalationTime: Seconds after the violation; before it where negative.
-- AgentID: Agent notified; -1 is probably the assigned agent. -> synchub.Agent.ID

select
  escalations.sla_policy_id || '-' || escalations.escalation_name || '-' || escalations.agent_id as RemoteID,
  cast(escalations.sla_policy_id as varchar) as SLAPolicyRemoteID,
  escalations._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  sla_policies._deleted_at is not null as IsDeleted,
  sla_policies.created_at as WhenCreated,
  sla_policies.updated_at as WhenModified,
  escalations.sla_policy_id as SLAPolicyID,
  escalations.escalation_name as EscalationName,
  escalations.escalation_time as EscalationTime,
  escalations.agent_id as AgentID
from freshdesk.sla_policy_agent_escalations escalations
join freshdesk.sla_policies
  on sla_policies.id = escalations.sla_policy_id
