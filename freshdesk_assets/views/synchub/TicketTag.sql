-- One row per tag of a ticket, in the shape SyncHub gives it.
--
-- RemoteID: Ticket number and the tag, joined by a hyphen.
-- TicketRemoteID: Ticket it belongs to, as text. -> synchub.Ticket.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the ticket is deleted, as its IsDeleted says.
-- WhenCreated: When the ticket was created.
-- WhenModified: When the ticket last changed.
-- TicketID: Ticket it belongs to. -> synchub.Ticket.ID
-- Tag: Tag.

select
  ticket_tags.ticket_id || '-' || ticket_tags.tag as RemoteID,
  cast(ticket_tags.ticket_id as varchar) as TicketRemoteID,
  ticket_tags._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  tickets._deleted_at is not null or coalesce(tickets.deleted, false) as IsDeleted,
  tickets.created_at as WhenCreated,
  tickets.updated_at as WhenModified,
  ticket_tags.ticket_id as TicketID,
  ticket_tags.tag as Tag
from freshdesk.ticket_tags
join freshdesk.tickets
  on tickets.id = ticket_tags.ticket_id
