-- How many tickets came in by each mailbox in the last thirty days?

select
  email_mailboxes.support_email,
  email_mailboxes.name,
  count(tickets.id) as tickets,
  max(tickets.created_at) as latest_at
from freshdesk.email_mailboxes
left join freshdesk.tickets
  on tickets.email_config_id = email_mailboxes.id
  and tickets.created_at >= now() - interval 30 days
  and not tickets.spam
  and not tickets.deleted
where email_mailboxes._deleted_at is null
group by email_mailboxes.id, email_mailboxes.support_email, email_mailboxes.name
order by tickets desc;

-- Which mailboxes are not verified, or fail?

select
  email_mailboxes.support_email,
  email_mailboxes.active,
  nullif(email_mailboxes.failure_code, 'null') as failure,
  nullif(email_mailboxes.custom_mailbox_incoming_failure_code, 'null') as incoming_failure,
  nullif(email_mailboxes.custom_mailbox_outgoing_failure_code, 'null') as outgoing_failure
from freshdesk.email_mailboxes
where email_mailboxes._deleted_at is null
  and (
    not email_mailboxes.active
    or nullif(email_mailboxes.failure_code, 'null') is not null
    or nullif(email_mailboxes.custom_mailbox_incoming_failure_code, 'null') is not null
    or nullif(email_mailboxes.custom_mailbox_outgoing_failure_code, 'null') is not null
  )
order by email_mailboxes.support_email;
