-- One row per file attached to a conversation, in the shape SyncHub gives it.
--
-- RemoteID: Conversation's id and the attachment's, joined by a hyphen.
-- TicketConversationRemoteID: Conversation it belongs to, as text. -> synchub.TicketConversation.RemoteID
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether the conversation is deleted, as its IsDeleted says.
-- WhenCreated: When the conversation was created.
-- WhenModified: When the conversation last changed.
-- ID: Attachment's id.
-- Name: File name.
-- TicketConversationID: Conversation it belongs to. -> synchub.TicketConversation.ID
-- ContentType: MIME type.
-- Size: Size in bytes; null from 2 GiB, which Freshdesk does not take.
-- CreatedAt: When it was uploaded.
-- UpdatedAt: When it last changed.
-- AttachmentUrl: URL, valid for some hours.
-- ThumbUrl: URL of a preview, valid as long.

select
  attachments.conversation_id || '-' || coalesce(attachments.id, attachments.position) as RemoteID,
  cast(attachments.conversation_id as varchar) as TicketConversationRemoteID,
  attachments._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  conversations._deleted_at is not null or coalesce(conversations.deleted, false) as IsDeleted,
  conversations.created_at as WhenCreated,
  conversations.updated_at as WhenModified,
  attachments.id as ID,
  attachments.name as Name,
  attachments.conversation_id as TicketConversationID,
  attachments.content_type as ContentType,
  try_cast(attachments.size as integer) as Size,
  attachments.created_at as CreatedAt,
  attachments.updated_at as UpdatedAt,
  attachments.attachment_url as AttachmentUrl,
  attachments.thumb_url as ThumbUrl
from freshdesk.conversation_attachments attachments
join freshdesk.conversations
  on conversations.id = attachments.conversation_id
