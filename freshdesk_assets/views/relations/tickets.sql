-- One row per ticket, with the names behind its ids and the words behind its codes.
--
-- Its texts are in freshdesk.tickets, its own fields in relations.tickets_wide.
--
-- id: Ticket number, as customers see it.
-- subject: Subject line.
-- type: Kind of request (Question, Incident, Problem, …), from the account's own list.
-- status: 2 Open, 3 Pending, 4 Resolved, 5 Closed; from 6 on the account's own statuses.
-- status_label: Label of the status.
-- priority: 1 Low, 2 Medium, 3 High, 4 Urgent.
-- priority_label: Label of the priority.
-- source: 1 Email, 2 Portal, 3 Phone, 4 Forum, 5 Twitter, 6 Facebook, 7 Chat, 8 MobiHelp, 9 Feedback widget,
--     10 Outbound email, 11 E-commerce, 12 Bot, 13 WhatsApp, 14 Internal task of a chat, 15 Web chat, 16 Web
--     form, 17 Instagram message, 18 Instagram comment, 19 Facebook message, 20 Facebook comment, 21 Mobile
--     chat, 22 SMS; the account's own probably above 100.
-- source_label: Label of the source.
-- requester_id: Contact who asks, or an agent. -> relations.people.id
-- requester_name: Name of the requester.
-- requester_email: E-mail address of the requester.
-- requester_kind: agent or contact: what the requester is now.
-- agent_id: Agent it is assigned to; null if none. -> agents.id
-- agent_name: Name of that agent.
-- group_id: Group it is assigned to; null if none. -> groups.id
-- group_name: Name of that group.
-- company_id: Company of the requester; null if none. -> companies.id
-- company_name: Name of that company.
-- product_id: Product it is about; null if none. -> products.id
-- product_name: Name of that product.
-- email_config_id: Mailbox it came in by; null if none. -> email_mailboxes.id
-- mailbox_name: Name of that mailbox.
-- mailbox_address: Address of that mailbox.
-- support_email: Address of the account that it was sent to; null if it came another way.
-- tags: Tags.
-- spam: Whether it is marked as spam.
-- deleted: Whether it is in the trash; known from the list that sent it, where the row does not say.
-- archived: Whether it was found in the archive, where tickets go that rested for long; it is kept.
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
-- association_label: Label of the association.
-- associated_tickets_count: How many tickets it is associated with.
-- sentiment_score: Mood of the ticket now, as Freshdesk scores it; null if not scored.
-- initial_sentiment_score: Mood of the ticket at first, on the same scale.
-- created_at: When it was created.
-- updated_at: When it last changed; a time entry or an edited note does not move it.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.
-- is_current: Whether it counts: neither spam nor in the trash, and Freshdesk still has it.
-- first_response_hours: Hours from creation to the first reply by an agent; null without one.
-- resolution_hours: Hours from creation to the latest resolution; null if never resolved.
-- age_hours: Hours since creation, by the clock and not by business hours; null once resolved or closed.

select
  tickets.id,
  tickets.subject,
  tickets.type,
  tickets.status,
  statuses.label as status_label,
  tickets.priority,
  priorities.label as priority_label,
  tickets.source,
  sources.label as source_label,
  tickets.requester_id,
  requesters.name as requester_name,
  requesters.email as requester_email,
  requesters.kind as requester_kind,
  tickets.responder_id as agent_id,
  agents.contact_name as agent_name,
  tickets.group_id,
  groups.name as group_name,
  tickets.company_id,
  companies.name as company_name,
  tickets.product_id,
  products.name as product_name,
  tickets.email_config_id,
  email_mailboxes.name as mailbox_name,
  email_mailboxes.support_email as mailbox_address,
  tickets.support_email,
  tickets.tags,
  tickets.spam,
  tickets.deleted,
  tickets.archived,
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
  case tickets.association_type
    when 1 then 'Parent'
    when 2 then 'Child'
    when 3 then 'Tracker'
    when 4 then 'Related'
  end as association_label,
  tickets.associated_tickets_count,
  tickets.sentiment_score,
  tickets.initial_sentiment_score,
  tickets.created_at,
  tickets.updated_at,
  tickets._deleted_at is not null as deleted_in_freshdesk,
  tickets._deleted_at is null
    and not coalesce(tickets.deleted, false)
    and not coalesce(tickets.spam, false) as is_current,
  cast(date_diff('second', tickets.created_at, tickets.first_responded_at) as double) / 3600
    as first_response_hours,
  cast(date_diff('second', tickets.created_at, tickets.resolved_at) as double) / 3600 as resolution_hours,
  case
    when tickets.status not in (4, 5)
      then cast(date_diff('second', tickets.created_at, now()) as double) / 3600
  end as age_hours
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
left join freshdesk.email_mailboxes on email_mailboxes.id = tickets.email_config_id
