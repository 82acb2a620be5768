-- One row per role that agents can have, in the shape SyncHub gives it.
--
-- RemoteID: Role's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the role was created.
-- WhenModified: When it last changed.
-- ID: Role's id.
-- Name: Role's name.
-- Description: What the role allows.
-- Default: Whether it came with Freshdesk rather than being the account's own.
-- CreatedAt: When the role was created.
-- UpdatedAt: When it last changed.
-- AgentType: Kind of agent it is for; undocumented, 1 and 3 have been seen.

select
  cast(roles.id as varchar) as RemoteID,
  roles._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  roles._deleted_at is not null as IsDeleted,
  roles.created_at as WhenCreated,
  roles.updated_at as WhenModified,
  roles.id as ID,
  roles.name as Name,
  roles.description as Description,
  roles."default" as "Default",
  roles.created_at as CreatedAt,
  roles.updated_at as UpdatedAt,
  roles.agent_type as AgentType
from freshdesk.roles
