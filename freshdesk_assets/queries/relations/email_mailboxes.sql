-- Which group and product do tickets get by each mailbox?

select
  email_mailboxes.support_email,
  email_mailboxes.group_name,
  email_mailboxes.product_name,
  email_mailboxes.active
from relations.email_mailboxes
where not email_mailboxes.deleted_in_freshdesk
order by email_mailboxes.support_email;

-- How many tickets left the group that their mailbox gives them to?

select
  email_mailboxes.support_email,
  email_mailboxes.group_name,
  count(*) as tickets,
  count(*) filter (tickets.group_id is distinct from email_mailboxes.group_id) as elsewhere
from relations.email_mailboxes
join relations.tickets on tickets.email_config_id = email_mailboxes.id
where email_mailboxes.group_id is not null
  and not tickets.spam
  and not tickets.deleted
group by all
order by elsewhere desc;
