-- One row per ticket, with one column for each of the account's own fields.
--
-- id: Ticket number, as customers see it.
-- subject: Subject line.
-- description: First message, in HTML.
-- description_text: First message, as plain text.
-- type: Kind of request (Question, Incident, Problem, …), from the account's own list.
-- status: 2 Open, 3 Pending, 4 Resolved, 5 Closed; from 6 on the account's own statuses.
-- priority: 1 Low, 2 Medium, 3 High, 4 Urgent.
-- source: 1 Email, 2 Portal, 3 Phone, 4 Forum, 5 Twitter, 6 Facebook, 7 Chat, 8 MobiHelp, 9 Feedback widget,
--     10 Outbound email, 11 E-commerce, 12 Bot, 13 WhatsApp, 14 Internal task of a chat, 15 Web chat, 16 Web
--     form, 17 Instagram message, 18 Instagram comment, 19 Facebook message, 20 Facebook comment, 21 Mobile
--     chat, 22 SMS; the account's own probably above 100.
-- requester_id: Contact who asks, or an agent: ids are shared. -> contacts.id
-- responder_id: Agent it is assigned to; null if none. -> agents.id
-- group_id: Group it is assigned to; null if none. -> groups.id
-- company_id: Company of the requester; null if none. -> companies.id
-- product_id: Product it is about; null if none. -> products.id
-- email_config_id: Mailbox it came in by; null if none. -> email_mailboxes.id
-- form_id: Ticket form it was filed with; null on accounts without forms.
-- support_email: Address of the account that it was sent to; null if it came another way.
-- to_emails: Addressees of the first e-mail; null for phone and portal.
-- cc_emails: Addresses in copy; null, not empty, on seeded and old tickets.
-- fwd_emails: Addresses it was forwarded to; null on seeded and old tickets.
-- reply_cc_emails: Addresses in copy of replies; null on seeded and old tickets.
-- ticket_cc_emails: Addresses in copy of the ticket itself; null on old tickets.
-- ticket_bcc_emails: Addresses in blind copy; only newer accounts send it.
-- tags: Tags.
-- spam: Whether it is marked as spam.
-- deleted: Whether it is in the trash; known from the list that sent it, where the row does not say.
-- fr_escalated: Whether the first response was late, by the SLA.
-- nr_escalated: Whether a later response was late, by the SLA.
-- is_escalated: Whether the resolution was late, by the SLA.
-- fr_due_by: When the first response is due; null for some seconds after creation.
-- nr_due_by: When the next response is due; null if none is awaited.
-- due_by: When the resolution is due; null at first, and for service tasks.
-- agent_responded_at: Latest reply by an agent.
-- requester_responded_at: Latest customer reply.
-- first_responded_at: First reply by an agent.
-- status_updated_at: Latest change of status.
-- reopened_at: Latest reopening; null if never reopened.
-- resolved_at: Latest resolution; null if never resolved.
-- closed_at: Latest closing; null if never closed.
-- pending_since: Since when it is Pending.
-- association_type: 1 Parent, 2 Child, 3 Tracker, 4 Related; null if on its own.
-- associated_tickets_count: How many tickets it is associated with.
-- sentiment_score: Mood of the ticket now, as Freshdesk scores it; null if not scored.
-- initial_sentiment_score: Mood of the ticket at first, on the same scale.
-- cf_*: The account's own fields, a column each. <- ticket_custom_fields
-- created_at: When it was created.
-- updated_at: When it last changed; a time entry or an edited note does not move it.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.
-- is_current: Whether it counts: neither spam nor in the trash, and Freshdesk still has it.
-- status_label: Label of the status.
-- priority_label: Label of the priority.
-- source_label: Label of the source.
-- requester_name: Name of the requester.
-- agent_name: Name of the agent it is assigned to.
-- group_name: Name of the group.
-- company_name: Name of the company.
-- product_name: Name of the product.

select
  tickets.id,
  tickets.subject,
  tickets.description,
  tickets.description_text,
  tickets.type,
  tickets.status,
  tickets.priority,
  tickets.source,
  tickets.requester_id,
  tickets.responder_id,
  tickets.group_id,
  tickets.company_id,
  tickets.product_id,
  tickets.email_config_id,
  tickets.form_id,
  tickets.support_email,
  tickets.to_emails,
  tickets.cc_emails,
  tickets.fwd_emails,
  tickets.reply_cc_emails,
  tickets.ticket_cc_emails,
  tickets.ticket_bcc_emails,
  tickets.tags,
  tickets.spam,
  tickets.deleted,
  tickets.fr_escalated,
  tickets.nr_escalated,
  tickets.is_escalated,
  tickets.fr_due_by,
  tickets.nr_due_by,
  tickets.due_by,
  tickets.agent_responded_at,
  tickets.requester_responded_at,
  tickets.first_responded_at,
  tickets.status_updated_at,
  tickets.reopened_at,
  tickets.resolved_at,
  tickets.closed_at,
  tickets.pending_since,
  tickets.association_type,
  tickets.associated_tickets_count,
  tickets.sentiment_score,
  tickets.initial_sentiment_score,
  tickets.custom_fields,
  tickets.created_at,
  tickets.updated_at,
  tickets._deleted_at is not null as deleted_in_freshdesk,
  tickets._deleted_at is null
    and not coalesce(tickets.deleted, false)
    and not coalesce(tickets.spam, false) as is_current,
  statuses.label as status_label,
  priorities.label as priority_label,
  sources.label as source_label,
  requesters.name as requester_name,
  agents.contact_name as agent_name,
  groups.name as group_name,
  companies.name as company_name,
  products.name as product_name
from freshdesk.tickets
left join relations.choices as statuses
  on statuses.field = 'status'
  and statuses.code = tickets.status
left join relations.choices as priorities
  on priorities.field = 'priority'
  and priorities.code = tickets.priority
left join relations.choices as sources
  on sources.field = 'source'
  and sources.code = tickets.source
left join relations.people as requesters on requesters.id = tickets.requester_id
left join freshdesk.agents on agents.id = tickets.responder_id
left join freshdesk.groups on groups.id = tickets.group_id
left join freshdesk.companies on companies.id = tickets.company_id
left join freshdesk.products on products.id = tickets.product_id
