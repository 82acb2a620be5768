-- One row per group of agents, in the shape SyncHub gives it. BusinessCalendarID, Type and AutoTicketAssign
-- hold the same whether the account has Freshdesk's old groups page or its new one.
--
-- RemoteID: Group's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the group was created.
-- WhenModified: When it last changed.
-- ID: Group's id.
-- Name: Group's name.
-- Description: What the group does.
-- CreatedAt: When the group was created.
-- UpdatedAt: When it last changed.
-- EscalateTo: Agent notified when a ticket waits too long; null if none. -> synchub.Agent.ID
-- BusinessCalendarID: Business hours the group works in; null if none of its own.
-- UnassignedFor: How long a ticket waits before EscalateTo is told: 30m, 1h, …, 3d; also seen: 30.
-- Type: support_agent_group or field_agent_group.
-- AllowAgentsToChangeAvailability: Whether agents may switch their own availability.
-- AutoTicketAssign: Code of automatic assignment, 0 for none; 1 where Freshdesk tells only that there is
--   some.
-- AutomaticAgentAssignmentEnabled: Whether tickets are assigned automatically; null on old accounts.
-- AutomaticAgentAssignmentType: channel_specific where each channel has settings; null if not assigned
--   automatically.

select
  cast(groups.id as varchar) as RemoteID,
  groups._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  groups._deleted_at is not null as IsDeleted,
  groups.created_at as WhenCreated,
  groups.updated_at as WhenModified,
  groups.id as ID,
  groups.name as Name,
  groups.description as Description,
  groups.created_at as CreatedAt,
  groups.updated_at as UpdatedAt,
  groups.escalate_to as EscalateTo,
  coalesce(groups.business_calendar_id, groups.business_hour_id) as BusinessCalendarID,
  groups.unassigned_for as UnassignedFor,
  coalesce(groups.type, groups.group_type) as Type,
  groups.allow_agents_to_change_availability as AllowAgentsToChangeAvailability,
  coalesce(
    case groups.auto_ticket_assign ->> '$'
      when 'true' then 1
      when 'false' then 0
      else try_cast(groups.auto_ticket_assign ->> '$' as integer)
    end,
    cast(groups.automatic_agent_assignment_enabled as integer)
  ) as AutoTicketAssign,
  groups.automatic_agent_assignment_enabled as AutomaticAgentAssignmentEnabled,
  groups.automatic_agent_assignment_type as AutomaticAgentAssignmentType
from freshdesk.groups
