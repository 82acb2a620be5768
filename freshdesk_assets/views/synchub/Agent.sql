-- One row per agent, in the shape SyncHub gives it. One who is deleted turns into a contact of the same id.
--
-- RemoteID: Agent's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When they became an agent.
-- WhenModified: When the row last changed; any activity of the agent moves it.
-- ID: Agent's id, shared with contacts.
-- CreatedAt: When they became an agent.
-- UpdatedAt: When the row last changed; any activity of the agent moves it.
-- Available: Whether taking tickets that are assigned automatically.
-- Occasional: Whether on day passes rather than full-time.
-- TicketScope: Tickets they can see: 1 All, 2 Their groups', 3 Their own.
-- LastActiveAt: When they were last active; null if never.
-- AvailableSince: When they last became available; null if never.
-- Type: support_agent, field_agent or collaborator.
-- Signature: Signature below their replies, in HTML.
-- FreshcallerAgent: Whether also an agent of Freshcaller; false unless the account is omnichannel.
-- ContactActive: Whether the e-mail address is verified.
-- ContactEmail: E-mail address they sign in with.
-- ContactJobTitle: Job title.
-- ContactLanguage: Language code (en, de, pt-BR, …).
-- ContactLastLoginAt: Latest sign-in; null if never.
-- ContactMobile: Mobile number.
-- ContactName: Full name.
-- ContactPhone: Telephone number.
-- ContactTimezone: Time zone, by its Rails name.
-- ContactCreatedAt: When their contact record was created.
-- ContactUpdatedAt: When their contact record last changed.

select
  cast(agents.id as varchar) as RemoteID,
  agents._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  agents._deleted_at is not null as IsDeleted,
  agents.created_at as WhenCreated,
  agents.updated_at as WhenModified,
  agents.id as ID,
  agents.created_at as CreatedAt,
  agents.updated_at as UpdatedAt,
  agents.available as Available,
  agents.occasional as Occasional,
  agents.ticket_scope as TicketScope,
  agents.last_active_at as LastActiveAt,
  agents.available_since as AvailableSince,
  agents.type as Type,
  agents.signature as Signature,
  agents.freshcaller_agent as FreshcallerAgent,
  agents.contact_active as ContactActive,
  agents.contact_email as ContactEmail,
  agents.contact_job_title as ContactJobTitle,
  agents.contact_language as ContactLanguage,
  agents.contact_last_login_at as ContactLastLoginAt,
  agents.contact_mobile as ContactMobile,
  agents.contact_name as ContactName,
  agents.contact_phone as ContactPhone,
  agents.contact_time_zone as ContactTimezone,
  agents.contact_created_at as ContactCreatedAt,
  agents.contact_updated_at as ContactUpdatedAt
from freshdesk.agents
