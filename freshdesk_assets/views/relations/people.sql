-- One row per person: agents and contacts together, for they share their ids.
--
-- A contact who became an agent, or an agent who became a contact, has one row: what they are now.
--
-- id: Person's id, in agents, contacts or both.
-- kind: agent or contact: what they are now, or were last.
-- name: Full name.
-- email: Main e-mail address.
-- phone: Telephone number.
-- mobile: Mobile number.
-- job_title: Job title.
-- language: Language code.
-- time_zone: Time zone, by its Rails name.
-- company_id: Main company; contacts only. -> companies.id
-- company_name: Name of that company.
-- deleted: Whether deleted, softly or for good.

with both_kinds as (
  select
    coalesce(agents.id, contacts.id) as id,
    agents.id is not null and (
      agents._deleted_at is null
      or contacts.id is null
      or coalesce(contacts._deleted_at <= agents._deleted_at, false)
    ) as is_agent
  from freshdesk.agents
  full join freshdesk.contacts on contacts.id = agents.id
)
select
  both_kinds.id,
  case when both_kinds.is_agent then 'agent' else 'contact' end as kind,
  case when both_kinds.is_agent then agents.contact_name else contacts.name end as name,
  case when both_kinds.is_agent then agents.contact_email else contacts.email end as email,
  case when both_kinds.is_agent then agents.contact_phone else contacts.phone end as phone,
  case when both_kinds.is_agent then agents.contact_mobile else contacts.mobile end as mobile,
  case when both_kinds.is_agent then agents.contact_job_title else contacts.job_title end as job_title,
  case when both_kinds.is_agent then agents.contact_language else contacts.language end as language,
  case when both_kinds.is_agent then agents.contact_time_zone else contacts.time_zone end as time_zone,
  case when not both_kinds.is_agent then contacts.company_id end as company_id,
  companies.name as company_name,
  case
    when both_kinds.is_agent then agents._deleted_at is not null
    else contacts._deleted_at is not null or coalesce(contacts.deleted, false)
  end as deleted
from both_kinds
left join freshdesk.agents on agents.id = both_kinds.id
left join freshdesk.contacts on contacts.id = both_kinds.id
left join freshdesk.companies on companies.id = contacts.company_id and not both_kinds.is_agent
