-- One row per reply, note or forward on a ticket, in the shape SyncHub gives it; the ticket's own description
-- is not among them.
--
-- RemoteID: Conversation's id, as text.
-- TicketRemoteID: Ticket it belongs to, as text. -> synchub.Ticket.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether it is deleted, or Freshdesk no longer has it.
-- WhenCreated: When it was written.
-- WhenModified: When it last changed; editing a note does not move it.
-- ID: Conversation's id.
-- CreatedAt: When it was written.
-- UpdatedAt: When it last changed; editing a note does not move it.
-- Body: What was written, in HTML.
-- BodyText: What was written, as plain text.
-- Incoming: Whether it came from outside, as a customer's reply does.
-- Private: Whether only agents can see it.
-- Source: 0 Reply, 2 Note, 5 Tweet, 6 Survey feedback, 7 Facebook, 8 Forwarded e-mail, 9 Phone, 10 MobiHelp,
--   11 E-commerce; web chat adds others.
-- Category: Undocumented; seen: 2 Private note or forward, 3 Public reply or note, 6 Reply to a forward, 7
--   Survey feedback; 1 is probably a customer's reply.
-- SupportEmail: Address of the account that it was sent from or to; null if none.
-- TicketID: Ticket it belongs to. -> synchub.Ticket.ID
-- UserID: Contact who wrote it, or an agent: ids are shared; null if none. -> synchub.Agent.ID
-- LastEditedAt: When its text was last edited, which does not move UpdatedAt.
-- LastEditedUserID: Agent who last edited it; null if never. -> synchub.Agent.ID

select
  cast(conversations.id as varchar) as RemoteID,
  cast(conversations.ticket_id as varchar) as TicketRemoteID,
  conversations._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  conversations._deleted_at is not null or coalesce(conversations.deleted, false) as IsDeleted,
  conversations.created_at as WhenCreated,
  conversations.updated_at as WhenModified,
  conversations.id as ID,
  conversations.created_at as CreatedAt,
  conversations.updated_at as UpdatedAt,
  conversations.body as Body,
  conversations.body_text as BodyText,
  conversations.incoming as Incoming,
  conversations.private as Private,
  conversations.source as Source,
  conversations.category as Category,
  conversations.support_email as SupportEmail,
  conversations.ticket_id as TicketID,
  conversations.user_id as UserID,
  conversations.last_edited_at as LastEditedAt,
  conversations.last_edited_user_id as LastEditedUserID
from freshdesk.conversations
