-- One row per support address, in the shape SyncHub gives it.
--
-- RemoteID: Mailbox's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the mailbox was created.
-- WhenModified: When it last changed.
-- ID: Mailbox's id, the EmailConfigID of tickets.
-- Name: Name that replies are sent under.
-- CreatedAt: When the mailbox was created.
-- UpdatedAt: When it last changed.
-- GroupID: Group its tickets go to; null if none. -> synchub.Group.ID
-- ProductID: Product its tickets are about; null if none. -> synchub.Product.ID
-- SupportEmail: Address customers write to.
-- DefaultReplyEmail: Whether it is the address replies of its product are sent from.
-- Active: Whether the address is verified; says nothing of deletion.
-- MailboxType: freshdesk_mailbox or custom_mailbox: which of the columns below are filled.
-- FailureCode: Why the mailbox fails; null, or the word null, if it does not.
-- FreshdeskMailboxForwardEmail: Freshdesk's address that mail is forwarded to.
-- CustomMailboxAccessType: incoming, outgoing or both.
-- CustomMailboxIncomingMailServer: Server that mail is received by.
-- CustomMailboxIncomingPort: Port of that server.
-- CustomMailboxIncomingUseSSL: Whether the connection is encrypted.
-- CustomMailboxIncomingDeleteFromServer: Whether mail is deleted there once fetched.
-- CustomMailboxIncomingAuthentication: plain, login or CRAM-MD5.
-- CustomMailboxIncomingUserName: Name it signs in with.
-- CustomMailboxIncomingFailureCode: Why mail is not received; null, or the word null, if it is.
-- CustomMailboxOutgoingMailServer: Server that mail is sent by.
-- CustomMailboxOutgoingPort: Port of that server, as text.
-- CustomMailboxOutgoingUseSSL: Whether the connection is encrypted, as the word true or false.
-- CustomMailboxOutgoingAuthentication: plain, login or CRAM-MD5.
-- CustomMailboxOutgoingUserName: Name it signs in with.
-- CustomMailboxOutgoingFailureCode: Why mail is not sent; null unless the account sends it.

select
  cast(email_mailboxes.id as varchar) as RemoteID,
  email_mailboxes._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  email_mailboxes._deleted_at is not null as IsDeleted,
  email_mailboxes.created_at as WhenCreated,
  email_mailboxes.updated_at as WhenModified,
  email_mailboxes.id as ID,
  email_mailboxes.name as Name,
  email_mailboxes.created_at as CreatedAt,
  email_mailboxes.updated_at as UpdatedAt,
  email_mailboxes.group_id as GroupID,
  email_mailboxes.product_id as ProductID,
  email_mailboxes.support_email as SupportEmail,
  email_mailboxes.default_reply_email as DefaultReplyEmail,
  email_mailboxes.active as Active,
  email_mailboxes.mailbox_type as MailboxType,
  email_mailboxes.failure_code as FailureCode,
  email_mailboxes.freshdesk_mailbox_forward_email as FreshdeskMailboxForwardEmail,
  email_mailboxes.custom_mailbox_access_type as CustomMailboxAccessType,
  email_mailboxes.custom_mailbox_incoming_mail_server as CustomMailboxIncomingMailServer,
  email_mailboxes.custom_mailbox_incoming_port as CustomMailboxIncomingPort,
  email_mailboxes.custom_mailbox_incoming_use_ssl as CustomMailboxIncomingUseSSL,
  email_mailboxes.custom_mailbox_incoming_delete_from_server as CustomMailboxIncomingDeleteFromServer,
  email_mailboxes.custom_mailbox_incoming_authentication as CustomMailboxIncomingAuthentication,
  email_mailboxes.custom_mailbox_incoming_user_name as CustomMailboxIncomingUserName,
  email_mailboxes.custom_mailbox_incoming_failure_code as CustomMailboxIncomingFailureCode,
  email_mailboxes.custom_mailbox_outgoing_mail_server as CustomMailboxOutgoingMailServer,
  cast(email_mailboxes.custom_mailbox_outgoing_port as varchar) as CustomMailboxOutgoingPort,
  cast(email_mailboxes.custom_mailbox_outgoing_use_ssl as varchar) as CustomMailboxOutgoingUseSSL,
  email_mailboxes.custom_mailbox_outgoing_authentication as CustomMailboxOutgoingAuthentication,
  email_mailboxes.custom_mailbox_outgoing_user_name as CustomMailboxOutgoingUserName,
  email_mailboxes.custom_mailbox_outgoing_failure_code as CustomMailboxOutgoingFailureCode
from freshdesk.email_mailboxes
