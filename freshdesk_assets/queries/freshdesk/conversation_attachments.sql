-- Which files were attached to unresolved tickets, the largest first?

select
  tickets.id as ticket_id,
  conversation_attachments.name,
  conversation_attachments.content_type,
  round(conversation_attachments.size / 1048576, 1) as megabytes,
  conversation_attachments.created_at
from freshdesk.conversation_attachments
join freshdesk.conversations on conversations.id = conversation_attachments.conversation_id
join freshdesk.tickets on tickets.id = conversations.ticket_id
where conversation_attachments._deleted_at is null
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
order by conversation_attachments.size desc
limit 20;

-- What kinds of files do customers send, and what do agents?

select
  conversation_attachments.content_type,
  count(*) filter (conversations.incoming) as from_customers,
  count(*) filter (not conversations.incoming) as from_agents,
  round(sum(conversation_attachments.size) / 1048576, 1) as megabytes
from freshdesk.conversation_attachments
join freshdesk.conversations on conversations.id = conversation_attachments.conversation_id
where conversation_attachments._deleted_at is null
group by conversation_attachments.content_type
order by megabytes desc;
