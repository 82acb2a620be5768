-- What makes a ticket need each skill?

select
  skills.name as skill,
  skills.match_type,
  skill_conditions.resource_type,
  skill_conditions.field_name,
  skill_conditions."operator",
  skill_conditions.value
from freshdesk.skill_conditions
join freshdesk.skills on skills.id = skill_conditions.skill_id
where skill_conditions._deleted_at is null
order by skills.rank, skill_conditions."position";

-- Which skills would a change of a field touch?

select
  skill_conditions.resource_type,
  skill_conditions.field_name,
  list(distinct skills.name order by skills.name) as skills
from freshdesk.skill_conditions
join freshdesk.skills on skills.id = skill_conditions.skill_id
where skill_conditions._deleted_at is null
group by skill_conditions.resource_type, skill_conditions.field_name
order by skill_conditions.resource_type, skill_conditions.field_name;
