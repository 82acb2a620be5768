-- Of how many tickets is the whole history known?

select
  ticket_facts.history_known,
  ticket_facts.assignment_known,
  count(*) as tickets
from metrics.ticket_facts
group by ticket_facts.history_known, ticket_facts.assignment_known
order by tickets desc;

-- Which tickets did most agents write in?

select
  ticket_facts.ticket_id,
  ticket_facts.agents_writing,
  ticket_facts.agent_replies,
  ticket_facts.private_notes
from metrics.ticket_facts
order by ticket_facts.agents_writing desc, ticket_facts.ticket_id
limit 20;
