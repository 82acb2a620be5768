-- One row per company whose tickets an SLA policy applies to, in the shape SyncHub gives it.
--
-- RemoteID: Policy's id and the company's, joined by a hyphen.
-- SLAPolicyRemoteID: Policy it belongs to, as text. -> synchub.SLAPolicy.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the policy is deleted, as its IsDeleted says.
-- WhenCreated: When the policy was created.
-- WhenModified: When the policy last changed.
-- SLAPolicyID: Policy it belongs to. -> synchub.SLAPolicy.ID
-- CompanyID: Company. -> synchub.Company.ID

select
  applicable.sla_policy_id || '-' || applicable.company_id as RemoteID,
  cast(applicable.sla_policy_id as varchar) as SLAPolicyRemoteID,
  applicable._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  sla_policies._deleted_at is not null as IsDeleted,
  sla_policies.created_at as WhenCreated,
  sla_policies.updated_at as WhenModified,
  applicable.sla_policy_id as SLAPolicyID,
  applicable.company_id as CompanyID
from freshdesk.sla_policy_applicable_to_companies applicable
join freshdesk.sla_policies
  on sla_policies.id = applicable.sla_policy_id
