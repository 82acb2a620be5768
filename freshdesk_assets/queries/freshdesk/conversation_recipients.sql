-- Which addresses are most often in copy of what is written on tickets?

select
  conversation_recipients.email,
  count(*) as conversations,
  count(distinct conversations.ticket_id) as tickets
from freshdesk.conversation_recipients
join freshdesk.conversations on conversations.id = conversation_recipients.conversation_id
where (conversation_recipients.is_cc_recipient or conversation_recipients.is_bcc_recipient)
  and conversation_recipients._deleted_at is null
group by conversation_recipients.email
order by conversations desc
limit 20;

-- Which addresses did agents write to in the last seven days that are no contact's main address?

select
  conversation_recipients.email,
  count(*) as e_mails
from freshdesk.conversation_recipients
join freshdesk.conversations on conversations.id = conversation_recipients.conversation_id
where conversations.created_at >= now() - interval 7 days
  and conversations.incoming is not true
  and not conversations.private
  and conversation_recipients._deleted_at is null
  and not exists (
    select contacts.id
    from freshdesk.contacts
    where lower(contacts.email) = lower(conversation_recipients.email)
  )
group by conversation_recipients.email
order by e_mails desc;
