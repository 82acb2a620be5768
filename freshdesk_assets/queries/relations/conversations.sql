-- Who wrote on the ticket with most conversations, when, and by which way?

with busiest_tickets as (
  select conversations.ticket_id
  from relations.conversations
  where not conversations.deleted_in_freshdesk
  group by conversations.ticket_id
  order by count(*) desc, conversations.ticket_id
  limit 1
)
select
  conversations.created_at,
  conversations.author_name,
  conversations.author_kind,
  conversations.source_label,
  conversations.private
from relations.conversations
join busiest_tickets on busiest_tickets.ticket_id = conversations.ticket_id
where not conversations.deleted_in_freshdesk
order by conversations.created_at;

-- Which unresolved tickets did the customer write on last, the longest ago first?

with latest_messages as (
  select
    conversations.ticket_id,
    max(conversations.created_at) as written_at,
    max_by(conversations.incoming, conversations.created_at) as from_customer
  from relations.conversations
  where not conversations.private
    and not conversations.deleted_in_freshdesk
  group by conversations.ticket_id
)
select
  tickets.id,
  tickets.subject,
  tickets.agent_name,
  latest_messages.written_at
from latest_messages
join relations.tickets on tickets.id = latest_messages.ticket_id
where latest_messages.from_customer
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and not tickets.deleted_in_freshdesk
order by latest_messages.written_at
limit 50;

-- Who edits notes after they were written?

select
  conversations.last_edited_by_name,
  count(*) as edited,
  max(conversations.last_edited_at) as latest_at
from relations.conversations
where conversations.last_edited_at is not null
  and not conversations.deleted_in_freshdesk
group by conversations.last_edited_by_name
order by edited desc;
