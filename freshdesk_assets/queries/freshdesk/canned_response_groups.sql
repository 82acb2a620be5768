-- Which responses may the agents of each group use beside those of all agents?

select
  groups.name as group_name,
  canned_responses.title
from freshdesk.canned_response_groups
join freshdesk.canned_responses on canned_responses.id = canned_response_groups.canned_response_id
left join freshdesk.groups on groups.id = canned_response_groups.group_id
where canned_response_groups._deleted_at is null
order by groups.name, canned_responses.title;

-- How many agents can use each of the responses of groups: none if its groups are empty or gone?

select
  canned_responses.title,
  count(distinct group_agents.agent_id) as agents
from freshdesk.canned_response_groups
join freshdesk.canned_responses on canned_responses.id = canned_response_groups.canned_response_id
left join freshdesk.group_agents
  on group_agents.group_id = canned_response_groups.group_id
  and group_agents._deleted_at is null
where canned_response_groups._deleted_at is null
group by canned_responses.id, canned_responses.title
order by agents, canned_responses.title;
