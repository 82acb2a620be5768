-- Each ticket has one row.

select
  tickets.id as ticket_id
from freshdesk.tickets
left join metrics.ticket_facts on ticket_facts.ticket_id = tickets.id
group by tickets.id
having count(ticket_facts.ticket_id) <> 1
