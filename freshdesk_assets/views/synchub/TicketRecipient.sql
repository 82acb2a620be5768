-- One row per ticket and address it was sent, copied or forwarded to, in the shape SyncHub gives it.
--
-- Left out are addresses that only Freshdesk's newer lists of a ticket's own copies hold (ticket_cc_emails,
-- ticket_bcc_emails): SyncHub has no flag for them.
--
-- RemoteID: Ticket number and the address, joined by a hyphen.
-- TicketRemoteID: Ticket it belongs to, as text. -> synchub.Ticket.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the ticket is deleted, as its IsDeleted says.
-- WhenCreated: When the ticket was created.
-- WhenModified: When the ticket last changed.
-- TicketID: Ticket it belongs to. -> synchub.Ticket.ID
-- Email: Address, as it was sent.
-- IsCCRecipient: Whether the first e-mail went to it in copy.
-- IsReplyCCRecipient: Whether replies go to it in copy.
-- IsFwdRecipient: Whether the ticket was forwarded to it.
-- IsPrimaryRecipient: Whether the first e-mail was addressed to it.

select
  recipients.ticket_id || '-' || recipients.email as RemoteID,
  cast(recipients.ticket_id as varchar) as TicketRemoteID,
  recipients._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  tickets._deleted_at is not null or coalesce(tickets.deleted, false) as IsDeleted,
  tickets.created_at as WhenCreated,
  tickets.updated_at as WhenModified,
  recipients.ticket_id as TicketID,
  recipients.email as Email,
  recipients.is_cc_recipient as IsCCRecipient,
  recipients.is_reply_cc_recipient as IsReplyCCRecipient,
  recipients.is_fwd_recipient as IsFwdRecipient,
  recipients.is_primary_recipient as IsPrimaryRecipient
from freshdesk.ticket_recipients recipients
join freshdesk.tickets
  on tickets.id = recipients.ticket_id
where recipients.is_primary_recipient
  or recipients.is_cc_recipient
  or recipients.is_reply_cc_recipient
  or recipients.is_fwd_recipient
