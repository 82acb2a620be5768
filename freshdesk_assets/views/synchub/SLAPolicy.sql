-- One row per SLA policy, in the shape SyncHub gives it.
--
-- RemoteID: Policy's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the policy was created.
-- WhenModified: When it last changed.
-- ID: Policy's id.
-- Name: Policy's name.
-- Description: What the policy is for.
-- Active: Whether it is in force.
-- IsDefault: Whether it applies to the tickets that no other policy applies to.
-- Position: Order in which policies are tried.

select
  cast(sla_policies.id as varchar) as RemoteID,
  sla_policies._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  sla_policies._deleted_at is not null as IsDeleted,
  sla_policies.created_at as WhenCreated,
  sla_policies.updated_at as WhenModified,
  sla_policies.id as ID,
  sla_policies.name as Name,
  sla_policies.description as Description,
  sla_policies.active as Active,
  sla_policies.is_default as IsDefault,
  sla_policies.position as Position
from freshdesk.sla_policies
