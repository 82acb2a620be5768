-- One row per custom field that has a value in a ticket, in the shape SyncHub gives it.
--
-- RemoteID: Ticket number and FieldName, joined by a hyphen.
-- TicketRemoteID: Ticket it belongs to, as text. -> synchub.Ticket.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the ticket is deleted, as its IsDeleted says.
-- WhenCreated: When the ticket was created.
-- WhenModified: When the ticket last changed.
-- TicketID: Ticket it belongs to. -> synchub.Ticket.ID
-- FieldName: Key of the field (cf_…).
-- ValueString: Value, if it is text; the digits of a number that is not whole, for which SyncHub has no
--   column.
-- ValueBool: Value, if it is true or false.
-- ValueLong: Value, if it is a whole number.

select
  fields.ticket_id || '-' || fields.name as RemoteID,
  cast(fields.ticket_id as varchar) as TicketRemoteID,
  fields._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  tickets._deleted_at is not null or coalesce(tickets.deleted, false) as IsDeleted,
  tickets.created_at as WhenCreated,
  tickets.updated_at as WhenModified,
  fields.ticket_id as TicketID,
  fields.name as FieldName,
  case
    when fields.value_boolean is null and fields.value_long is null then cast(fields.value ->> '$' as varchar)
  end as ValueString,
  fields.value_boolean as ValueBool,
  fields.value_long as ValueLong
from freshdesk.ticket_custom_fields fields
join freshdesk.tickets
  on tickets.id = fields.ticket_id
