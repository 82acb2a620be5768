-- Who says how much?

select
  ticket_messages.actor,
  count(*) as messages
from metrics.ticket_messages
group by ticket_messages.actor
order by messages desc;

-- How many messages a day do agents write?

select
  cast(ticket_messages.at at time zone clock.zone as date) as day,
  count(*) as messages,
  count(distinct ticket_messages.agent_id) as agents
from metrics.ticket_messages
cross join metrics.clock
where ticket_messages.actor = 'agent'
group by day
order by day desc
limit 30;
