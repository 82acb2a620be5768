-- Which skills has no agent, so that their tickets wait for nobody?

select
  skills.rank,
  skills.name,
  skills.updated_at
from freshdesk.skills
where skills._deleted_at is null
  and not exists (
    select 1
    from freshdesk.skill_agents
    where skill_agents.skill_id = skills.id
      and skill_agents._deleted_at is null
  )
order by skills.rank;

-- In which order are skills tried, and how many conditions must a ticket meet for each?

select
  skills.rank,
  skills.name,
  skills.match_type,
  coalesce(json_array_length(skills.conditions), 0) as conditions
from freshdesk.skills
where skills._deleted_at is null
order by skills.rank;
