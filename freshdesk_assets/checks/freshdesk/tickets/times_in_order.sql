-- A ticket is changed, resolved and closed after it was created.

select
  tickets.id,
  tickets.created_at,
  tickets.updated_at,
  tickets.resolved_at,
  tickets.closed_at
from freshdesk.tickets
where tickets.created_at > least(tickets.updated_at, tickets.resolved_at, tickets.closed_at)
