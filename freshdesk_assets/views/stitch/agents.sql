-- One row per agent, in the shape Stitch gives it. A row that Freshdesk no longer has is kept, because Stitch
-- never removes rows.
--
-- id: Agent's id, shared with contacts.
-- updated_at: When the row last changed; any activity of the agent moves it.
-- available: Whether taking tickets that are assigned automatically.
-- available_since: When they last became available; null if never.
-- occasional: Whether on day passes rather than full-time.
-- signature: Signature below their replies, in HTML.
-- ticket_scope: Tickets they can see: 1 All, 2 Their groups', 3 Their own.
-- created_at: When they became an agent.
-- contact__active: Whether the e-mail address is verified.
-- contact__email: E-mail address they sign in with.
-- contact__job_title: Job title.
-- contact__language: Language code (en, de, pt-BR, …).
-- contact__last_login_at: Latest sign-in; null if never.
-- contact__mobile: Mobile number.
-- contact__name: Full name.
-- contact__phone: Telephone number.
-- contact__time_zone: Time zone, by its Rails name.
-- contact__created_at: When their contact record was created.
-- contact__updated_at: When their contact record last changed.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  agents.id as id,
  agents.updated_at as updated_at,
  agents.available as available,
  agents.available_since as available_since,
  agents.occasional as occasional,
  agents.signature as signature,
  cast(agents.ticket_scope as bigint) as ticket_scope,
  agents.created_at as created_at,
  agents.contact_active as contact__active,
  agents.contact_email as contact__email,
  agents.contact_job_title as contact__job_title,
  agents.contact_language as contact__language,
  agents.contact_last_login_at as contact__last_login_at,
  agents.contact_mobile as contact__mobile,
  agents.contact_name as contact__name,
  agents.contact_phone as contact__phone,
  agents.contact_time_zone as contact__time_zone,
  agents.contact_created_at as contact__created_at,
  agents.contact_updated_at as contact__updated_at,
  agents._synced_at as _sdc_received_at,
  agents._synced_at as _sdc_batched_at,
  cast(epoch_ms(agents._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.agents
