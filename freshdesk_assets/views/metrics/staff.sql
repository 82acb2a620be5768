-- One row per person who is an agent or ever was: one who is deleted turns into a contact of the same id.
--
-- Kept as a table.
--
-- agent_id: Agent. -> agents.id

select agents.id as agent_id
from freshdesk.agents
union
select agents_history.id as agent_id
from freshdesk.agents_history
