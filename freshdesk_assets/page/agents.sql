-- Every agent there ever was, in the order in which they are numbered.

select
  agents.id,
  agents.contact_name as name
from freshdesk.agents
order by agents.id
