-- Who is most often put in copy when a ticket is opened?

select
  ticket_recipients.email,
  count(*) as tickets
from freshdesk.ticket_recipients
join freshdesk.tickets on tickets.id = ticket_recipients.ticket_id
where (ticket_recipients.is_cc_recipient or ticket_recipients.is_ticket_cc_recipient)
  and not tickets.spam
  and not tickets.deleted
group by ticket_recipients.email
order by tickets desc
limit 20;

-- Which unresolved tickets were forwarded, and to whom?

select
  tickets.id,
  tickets.subject,
  ticket_recipients.email as forwarded_to,
  tickets.updated_at
from freshdesk.ticket_recipients
join freshdesk.tickets on tickets.id = ticket_recipients.ticket_id
where ticket_recipients.is_fwd_recipient
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
order by tickets.updated_at;
