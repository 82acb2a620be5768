-- One row per agent of a group, in the shape SyncHub gives it.
--
-- RemoteID: Group's id and the agent's, joined by a hyphen.
-- GroupRemoteID: Group it belongs to, as text. -> synchub.Group.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the group is deleted, as its IsDeleted says.
-- WhenCreated: When the group was created.
-- WhenModified: When the group last changed.
-- GroupID: Group it belongs to. -> synchub.Group.ID
-- AgentID: Agent. -> synchub.Agent.ID

select
  group_agents.group_id || '-' || group_agents.agent_id as RemoteID,
  cast(group_agents.group_id as varchar) as GroupRemoteID,
  group_agents._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  groups._deleted_at is not null as IsDeleted,
  groups.created_at as WhenCreated,
  groups.updated_at as WhenModified,
  group_agents.group_id as GroupID,
  group_agents.agent_id as AgentID
from freshdesk.group_agents
join freshdesk.groups
  on groups.id = group_agents.group_id
