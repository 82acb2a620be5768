-- One row per ticket, in the shape Stitch gives it; spam and deleted ones included. A row that Freshdesk no
-- longer has is kept, because Stitch never removes rows.
--
-- email, facebook_id, name, phone and twitter_id are the requester's: Freshdesk takes them when a ticket is
-- made and does not send them back. Here they are as the requester's record has them now.
--
-- id: Ticket number, as customers see it.
-- updated_at: When it last changed; a time entry or an edited note does not move it.
-- type: Kind of request (Question, Incident, Problem, …), from the account's own list.
-- source: 1 Email, 2 Portal, 3 Phone, 4 Forum, 5 Twitter, 6 Facebook, 7 Chat, 8 MobiHelp, 9 Feedback widget,
--   10 Outbound email, 11 E-commerce, 12 Bot, 13 WhatsApp, 14 Internal task of a chat, 15 Web chat, 16 Web
--   form, 17 Instagram message, 18 Instagram comment, 19 Facebook message, 20 Facebook comment, 21 Mobile
--   chat, 22 SMS; the account's own probably above 100.
-- due_by: When the resolution is due; null at first, and for service tasks.
-- company_id: Company of the requester; null if none. -> stitch.companies.id
-- responder_id: Agent it is assigned to; null if none. -> stitch.agents.id
-- priority: 1 Low, 2 Medium, 3 High, 4 Urgent.
-- deleted: Whether it is in the trash.
-- facebook_id: Requester's Facebook id; null for agents, who have none.
-- subject: Subject line.
-- fr_due_by: When the first response is due; null for some seconds after creation.
-- email: Requester's main e-mail address; null if known by phone or handle only.
-- status: 2 Open, 3 Pending, 4 Resolved, 5 Closed; from 6 on the account's own statuses.
-- is_escalated: Whether the resolution was late, by the SLA.
-- description: First message, in HTML.
-- email_config_id: Mailbox it came in by; null if none.
-- phone: Requester's telephone number.
-- description_text: First message, as plain text.
-- requester_id: Contact who asks, or an agent: ids are shared.
-- name: Requester's full name.
-- product_id: Product it is about; null if none.
-- fr_escalated: Whether the first response was late, by the SLA.
-- created_at: When it was created.
-- spam: Whether it is marked as spam.
-- twitter_id: Requester's Twitter handle, or since October 2020 a numeric id; null for agents.
-- group_id: Group it is assigned to; null if none. -> stitch.groups.id
-- custom_fields__*: The account's own fields, a column each. <- ticket_custom_fields
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  tickets.id as id,
  tickets.updated_at as updated_at,
  tickets.type as type,
  cast(tickets.source as bigint) as source,
  tickets.due_by as due_by,
  tickets.company_id as company_id,
  tickets.responder_id as responder_id,
  cast(tickets.priority as bigint) as priority,
  tickets.deleted as deleted,
  contacts.facebook_id as facebook_id,
  tickets.subject as subject,
  tickets.fr_due_by as fr_due_by,
  coalesce(contacts.email, agents.contact_email) as email,
  cast(tickets.status as bigint) as status,
  tickets.is_escalated as is_escalated,
  tickets.description as description,
  tickets.email_config_id as email_config_id,
  coalesce(contacts.phone, agents.contact_phone) as phone,
  tickets.description_text as description_text,
  tickets.requester_id as requester_id,
  coalesce(contacts.name, agents.contact_name) as name,
  tickets.product_id as product_id,
  tickets.fr_escalated as fr_escalated,
  tickets.created_at as created_at,
  tickets.spam as spam,
  contacts.twitter_id as twitter_id,
  tickets.group_id as group_id,
  tickets.custom_fields as custom_fields,
  tickets._synced_at as _sdc_received_at,
  tickets._synced_at as _sdc_batched_at,
  cast(epoch_ms(tickets._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.tickets
left join freshdesk.contacts
  on contacts.id = tickets.requester_id
left join freshdesk.agents
  on agents.id = tickets.requester_id
