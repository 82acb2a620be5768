-- One row per conversation and address it was sent to, in the shape SyncHub gives it.
--
-- RemoteID: Conversation's id and the address, joined by a hyphen.
-- TicketConversationRemoteID: Conversation it belongs to, as text. -> synchub.TicketConversation.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the conversation is deleted, as its IsDeleted says.
-- WhenCreated: When the conversation was created.
-- WhenModified: When the conversation last changed.
-- TicketConversationID: Conversation it belongs to. -> synchub.TicketConversation.ID
-- Email: Address, as it was sent.
-- IsCCRecipient: Whether it was sent there in copy.
-- IsBCCRecipient: Whether it was sent there in blind copy.
-- IsPrimaryRecipient: Whether it was addressed to it.

select
  recipients.conversation_id || '-' || recipients.email as RemoteID,
  cast(recipients.conversation_id as varchar) as TicketConversationRemoteID,
  recipients._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  conversations._deleted_at is not null or coalesce(conversations.deleted, false) as IsDeleted,
  conversations.created_at as WhenCreated,
  conversations.updated_at as WhenModified,
  recipients.conversation_id as TicketConversationID,
  recipients.email as Email,
  recipients.is_cc_recipient as IsCCRecipient,
  recipients.is_bcc_recipient as IsBCCRecipient,
  recipients.is_primary_recipient as IsPrimaryRecipient
from freshdesk.conversation_recipients recipients
join freshdesk.conversations
  on conversations.id = recipients.conversation_id
