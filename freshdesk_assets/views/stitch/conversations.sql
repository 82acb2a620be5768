-- One row per reply, note or forward on a ticket, in the shape Stitch gives it. A row that Freshdesk no
-- longer has is kept, because Stitch never removes rows.
--
-- id: Conversation's id.
-- updated_at: When it last changed; editing a note does not move it.
-- body_text: What was written, as plain text.
-- incoming: Whether it came from outside, as a customer's reply does.
-- private: Whether only agents can see it.
-- user_id: Contact who wrote it, or an agent: ids are shared; null if none.
-- support_email: Address of the account that it was sent from or to; null if none.
-- source: 0 Reply, 2 Note, 5 Tweet, 6 Survey feedback, 7 Facebook, 8 Forwarded e-mail, 9 Phone, 10 MobiHelp,
--   11 E-commerce; web chat adds others.
-- ticket_id: Ticket it belongs to. -> stitch.tickets.id
-- from_email: Sender, as 'Name <address>'; null for notes.
-- created_at: When it was written.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  conversations.id as id,
  conversations.updated_at as updated_at,
  conversations.body_text as body_text,
  conversations.incoming as incoming,
  conversations.private as private,
  conversations.user_id as user_id,
  conversations.support_email as support_email,
  cast(conversations.source as bigint) as source,
  conversations.ticket_id as ticket_id,
  conversations.from_email as from_email,
  conversations.created_at as created_at,
  conversations._synced_at as _sdc_received_at,
  conversations._synced_at as _sdc_batched_at,
  cast(epoch_ms(conversations._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.conversations
