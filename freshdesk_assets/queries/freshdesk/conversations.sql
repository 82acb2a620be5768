-- How much has each agent written in the last seven days, to customers and among agents?

select
  agents.contact_name as agent_name,
  count(*) filter (not conversations.private) as to_customers,
  count(*) filter (conversations.private) as among_agents
from freshdesk.conversations
join freshdesk.agents on agents.id = conversations.user_id
where conversations.created_at >= now() - interval 7 days
  and conversations.incoming is not true
  and conversations.auto_response is not true
  and conversations._deleted_at is null
group by agents.id, agents.contact_name
order by to_customers desc;

-- Which unresolved tickets go back and forth most?

select
  tickets.id,
  tickets.subject,
  count(*) filter (conversations.incoming) as from_customer,
  count(*) filter (not conversations.incoming) as from_agents,
  max(conversations.created_at) as latest_at
from freshdesk.conversations
join freshdesk.tickets on tickets.id = conversations.ticket_id
where not conversations.private
  and conversations._deleted_at is null
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
group by all
order by count(*) desc
limit 20;

-- Which e-mails did not reach all their addressees?

select
  conversations.ticket_id,
  conversations.created_at,
  conversations.to_emails,
  conversations.email_failure_count
from freshdesk.conversations
where conversations.email_failure_count > 0
  and conversations._deleted_at is null
order by conversations.created_at desc;
