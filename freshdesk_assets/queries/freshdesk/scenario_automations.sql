-- Which scenarios may all agents run, and in how many steps do they change a ticket?

select
  scenario_automations.name,
  scenario_automations.description,
  coalesce(json_array_length(scenario_automations.actions), 0) as steps
from freshdesk.scenario_automations
where scenario_automations._deleted_at is null
  and not scenario_automations."private"
order by scenario_automations.name;

-- How many scenarios are private to the owner of the key, and how many lack a description?

select
  count(*) filter (scenario_automations."private") as private_scenarios,
  count(*) filter (not scenario_automations."private") as shared_scenarios,
  count(*) filter (nullif(scenario_automations.description, '') is null) as without_description
from freshdesk.scenario_automations
where scenario_automations._deleted_at is null;
