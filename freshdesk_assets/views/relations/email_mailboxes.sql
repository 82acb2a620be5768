-- One row per mailbox, with the names of its group and product.
--
-- id: Mailbox's id, the email_config_id of tickets.
-- name: Name that replies are sent under.
-- support_email: Address customers write to.
-- group_id: Group its tickets go to; null if none. -> groups.id
-- group_name: Name of the group.
-- product_id: Product its tickets are about; null if none. -> products.id
-- product_name: Name of the product.
-- default_reply_email: Whether it is the address replies of its product are sent from.
-- active: Whether the address is verified; says nothing of deletion.
-- mailbox_type: freshdesk_mailbox or custom_mailbox: which of the columns below are filled.
-- failure_code: Why the mailbox fails; null, or the word null, if it does not.
-- created_at: When the mailbox was created.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  email_mailboxes.id,
  email_mailboxes.name,
  email_mailboxes.support_email,
  email_mailboxes.group_id,
  groups.name as group_name,
  email_mailboxes.product_id,
  products.name as product_name,
  email_mailboxes.default_reply_email,
  email_mailboxes.active,
  email_mailboxes.mailbox_type,
  email_mailboxes.failure_code,
  email_mailboxes.created_at,
  email_mailboxes.updated_at,
  email_mailboxes._deleted_at is not null as deleted_in_freshdesk
from freshdesk.email_mailboxes
left join freshdesk.groups on groups.id = email_mailboxes.group_id
left join freshdesk.products on products.id = email_mailboxes.product_id
