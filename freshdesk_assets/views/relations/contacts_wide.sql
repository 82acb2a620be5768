-- One row per contact, with one column for each of the account's own fields.
--
-- id: Contact's id, shared with agents: becoming one keeps it.
-- name: Full name.
-- first_name: First name; only newer accounts send it.
-- last_name: Last name; only newer accounts send it.
-- email: Main e-mail address; null if known by phone or handle only.
-- other_emails: Further e-mail addresses.
-- phone: Telephone number.
-- mobile: Mobile number.
-- other_phone_numbers: Further numbers: value, and a label that is often null.
-- address: Postal address.
-- job_title: Job title.
-- description: Notes about the contact.
-- language: Language code (en, de, pt-BR, …).
-- time_zone: Time zone, by its Rails name (Vienna, not Europe/Vienna).
-- active: Whether the e-mail address is verified; says nothing of deletion.
-- blocked: Whether Freshdesk refuses their messages; known from the list that sent the row.
-- deleted: Whether soft-deleted; known from the list that sent the row, where the row does not say.
-- company_id: Main company; null if none. -> companies.id
-- view_all_tickets: Whether they see all tickets of their main company; null until the row's own call was made.
-- other_companies: Further companies: company_id and view_all_tickets each.
-- tags: Tags.
-- contact_type: contact, or visitor for someone known from chat only.
-- preferred_source: How they like to be answered (phone, outbound_email, …).
-- csat_rating: Satisfaction as of their latest rating; null if never rated.
-- twitter_id: Twitter handle, or since October 2020 a numeric id.
-- twitter_profile_status: Undocumented state of the Twitter profile; seen in 2023 only.
-- twitter_followers_count: Followers on Twitter; seen in 2023 only.
-- facebook_id: Facebook id.
-- social_handler: Handles on other channels.
-- unique_external_id: Id in the customer's own system.
-- visitor_id: Chat visitor's UUID.
-- org_contact_id: Id across the organisation's Freshworks products; above 2^53.
-- avatar_id: Picture's id; null if none.
-- avatar_name: Picture's file name.
-- avatar_content_type: Picture's MIME type.
-- avatar_size: Picture's size in bytes.
-- avatar_url: Picture's URL.
-- avatar_created_at: When it was uploaded.
-- avatar_updated_at: When it was replaced.
-- devices: Devices known to be theirs.
-- cf_*: The account's own fields, a column each. <- contact_custom_fields
-- created_at: When the contact was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.
-- is_current: Whether they count: not deleted, and Freshdesk still has them.
-- company_name: Name of the main company.

select
  contacts.id,
  contacts.name,
  contacts.first_name,
  contacts.last_name,
  contacts.email,
  contacts.other_emails,
  contacts.phone,
  contacts.mobile,
  contacts.other_phone_numbers,
  contacts.address,
  contacts.job_title,
  contacts.description,
  contacts.language,
  contacts.time_zone,
  contacts.active,
  contacts.blocked,
  contacts.deleted,
  contacts.company_id,
  contacts.view_all_tickets,
  contacts.other_companies,
  contacts.tags,
  contacts.contact_type,
  contacts.preferred_source,
  contacts.csat_rating,
  contacts.twitter_id,
  contacts.twitter_profile_status,
  contacts.twitter_followers_count,
  contacts.facebook_id,
  contacts.social_handler,
  contacts.unique_external_id,
  contacts.visitor_id,
  contacts.org_contact_id,
  contacts.avatar_id,
  contacts.avatar_name,
  contacts.avatar_content_type,
  contacts.avatar_size,
  contacts.avatar_url,
  contacts.avatar_created_at,
  contacts.avatar_updated_at,
  contacts.devices,
  contacts.custom_fields,
  contacts.created_at,
  contacts.updated_at,
  contacts._deleted_at is not null as deleted_in_freshdesk,
  contacts._deleted_at is null and not coalesce(contacts.deleted, false) as is_current,
  companies.name as company_name
from freshdesk.contacts
left join freshdesk.companies on companies.id = contacts.company_id
