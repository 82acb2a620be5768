-- Which agents have each skill, and who of them takes tickets now?

select
  skills.name as skill,
  agents.contact_name as agent_name,
  agents.available
from freshdesk.skill_agents
join freshdesk.skills on skills.id = skill_agents.skill_id
left join freshdesk.agents on agents.id = skill_agents.agent_id
where skill_agents._deleted_at is null
order by skills.rank, agents.contact_name;

-- Which agents have no skill at all?

select
  agents.contact_name as agent_name,
  agents.contact_email
from freshdesk.agents
left join freshdesk.skill_agents
  on skill_agents.agent_id = agents.id
  and skill_agents._deleted_at is null
where agents._deleted_at is null
  and skill_agents.skill_id is null
order by agents.contact_name;
