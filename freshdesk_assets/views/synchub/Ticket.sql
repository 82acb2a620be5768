-- One row per ticket, in the shape SyncHub gives it; spam and deleted ones included.
--
-- Name, Email, FacebookID, Phone and TwitterID are the requester's: Freshdesk takes them when a ticket is
-- made and does not send them back. Here they are as the requester's record has them now.
--
-- RemoteID: Ticket number, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether it is in the trash, or Freshdesk no longer has it.
-- WhenCreated: When it was created.
-- WhenModified: When it last changed; a time entry or an edited note does not move it.
-- ID: Ticket number, as customers see it.
-- Name: Requester's full name.
-- Description: First message, in HTML.
-- CreatedAt: When it was created.
-- UpdatedAt: When it last changed; a time entry or an edited note does not move it.
-- CompanyID: Company of the requester; null if none. -> synchub.Company.ID
-- Deleted: Whether it is in the trash.
-- DescriptionText: First message, as plain text.
-- DueBy: When the resolution is due; null at first, and for service tasks.
-- Email: Requester's main e-mail address; null if known by phone or handle only.
-- EmailConfigID: Mailbox it came in by; null if none. -> synchub.EmailMailbox.ID
-- FacebookID: Requester's Facebook id; null for agents, who have none.
-- FrDueBy: When the first response is due; null for some seconds after creation.
-- FrEscalated: Whether the first response was late, by the SLA.
-- GroupID: Group it is assigned to; null if none. -> synchub.Group.ID
-- IsEscalated: Whether the resolution was late, by the SLA.
-- Phone: Requester's telephone number.
-- Priority: 1 Low, 2 Medium, 3 High, 4 Urgent.
-- ProductID: Product it is about; null if none. -> synchub.Product.ID
-- RequesterID: Contact who asks, or an agent: ids are shared. -> synchub.Contact.ID
-- ResponderID: Agent it is assigned to; null if none. -> synchub.Agent.ID
-- Source: 1 Email, 2 Portal, 3 Phone, 4 Forum, 5 Twitter, 6 Facebook, 7 Chat, 8 MobiHelp, 9 Feedback widget,
--   10 Outbound email, 11 E-commerce, 12 Bot, 13 WhatsApp, 14 Internal task of a chat, 15 Web chat, 16 Web
--   form, 17 Instagram message, 18 Instagram comment, 19 Facebook message, 20 Facebook comment, 21 Mobile
--   chat, 22 SMS; the account's own probably above 100.
-- Spam: Whether it is marked as spam.
-- Status: 2 Open, 3 Pending, 4 Resolved, 5 Closed; from 6 on the account's own statuses.
-- Subject: Subject line.
-- TwitterID: Requester's Twitter handle, or since October 2020 a numeric id; null for agents.
-- Type: Kind of request (Question, Incident, Problem, …), from the account's own list.

select
  cast(tickets.id as varchar) as RemoteID,
  tickets._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  tickets._deleted_at is not null or coalesce(tickets.deleted, false) as IsDeleted,
  tickets.created_at as WhenCreated,
  tickets.updated_at as WhenModified,
  tickets.id as ID,
  coalesce(contacts.name, agents.contact_name) as Name,
  tickets.description as Description,
  tickets.created_at as CreatedAt,
  tickets.updated_at as UpdatedAt,
  tickets.company_id as CompanyID,
  tickets.deleted as Deleted,
  tickets.description_text as DescriptionText,
  tickets.due_by as DueBy,
  coalesce(contacts.email, agents.contact_email) as Email,
  tickets.email_config_id as EmailConfigID,
  contacts.facebook_id as FacebookID,
  tickets.fr_due_by as FrDueBy,
  tickets.fr_escalated as FrEscalated,
  tickets.group_id as GroupID,
  tickets.is_escalated as IsEscalated,
  coalesce(contacts.phone, agents.contact_phone) as Phone,
  tickets.priority as Priority,
  tickets.product_id as ProductID,
  tickets.requester_id as RequesterID,
  tickets.responder_id as ResponderID,
  tickets.source as Source,
  tickets.spam as Spam,
  tickets.status as Status,
  tickets.subject as Subject,
  contacts.twitter_id as TwitterID,
  tickets.type as Type
from freshdesk.tickets
left join freshdesk.contacts
  on contacts.id = tickets.requester_id
left join freshdesk.agents
  on agents.id = tickets.requester_id
