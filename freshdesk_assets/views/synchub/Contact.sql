-- One row per contact, in the shape SyncHub gives it; blocked and soft-deleted ones included, agents not.
--
-- RemoteID: Contact's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- TimeZone: Time zone, by its Rails name (Vienna, not Europe/Vienna).
-- IsDeleted: Whether it is soft-deleted, or Freshdesk no longer has it.
-- WhenCreated: When the contact was created.
-- WhenModified: When it last changed.
-- ID: Contact's id, shared with agents: becoming one keeps it.
-- Name: Full name.
-- Description: Notes about the contact.
-- AvatarID: Picture's id; null if none.
-- AvatarName: Picture's file name.
-- AvatarContentType: Picture's MIME type.
-- AvatarSize: Picture's size in bytes.
-- AvatarCreatedAt: When it was uploaded.
-- AvatarUpdatedAt: When it was replaced.
-- AvatarURL: Picture's URL.
-- CreatedAt: When the contact was created.
-- UpdatedAt: When it last changed.
-- Active: Whether the e-mail address is verified; says nothing of deletion.
-- Deleted: Whether soft-deleted; one deleted for good is found by IsDeleted.
-- CompanyID: Main company; null if none. -> synchub.Company.ID
-- Address: Postal address.
-- ViewAllTickets: Whether they see all tickets of their main company.
-- Email: Main e-mail address; null if known by phone or handle only.
-- JobTitle: Job title.
-- Language: Language code (en, de, pt-BR, …).
-- Mobile: Mobile number.
-- Phone: Telephone number.
-- TwitterID: Twitter handle, or since October 2020 a numeric id.
-- FacebookID: Facebook id.
-- UniqueExternalID: Id in the customer's own system.
-- PreferredSource: How they like to be answered (phone, outbound_email, …).
-- FirstName: First name; only newer accounts send it.
-- LastName: Last name; only newer accounts send it.
-- VisitorID: Chat visitor's UUID.
-- OrgContactID: Id across the organisation's Freshworks products; above 2^53.

select
  cast(contacts.id as varchar) as RemoteID,
  contacts._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  contacts.time_zone as TimeZone,
  contacts._deleted_at is not null or coalesce(contacts.deleted, false) as IsDeleted,
  contacts.created_at as WhenCreated,
  contacts.updated_at as WhenModified,
  contacts.id as ID,
  contacts.name as Name,
  contacts.description as Description,
  contacts.avatar_id as AvatarID,
  contacts.avatar_name as AvatarName,
  contacts.avatar_content_type as AvatarContentType,
  contacts.avatar_size as AvatarSize,
  contacts.avatar_created_at as AvatarCreatedAt,
  contacts.avatar_updated_at as AvatarUpdatedAt,
  contacts.avatar_url as AvatarURL,
  contacts.created_at as CreatedAt,
  contacts.updated_at as UpdatedAt,
  contacts.active as Active,
  contacts.deleted as Deleted,
  contacts.company_id as CompanyID,
  contacts.address as Address,
  contacts.view_all_tickets as ViewAllTickets,
  contacts.email as Email,
  contacts.job_title as JobTitle,
  contacts.language as Language,
  contacts.mobile as Mobile,
  contacts.phone as Phone,
  contacts.twitter_id as TwitterID,
  contacts.facebook_id as FacebookID,
  contacts.unique_external_id as UniqueExternalID,
  contacts.preferred_source as PreferredSource,
  contacts.first_name as FirstName,
  contacts.last_name as LastName,
  contacts.visitor_id as VisitorID,
  contacts.org_contact_id as OrgContactID
from freshdesk.contacts
