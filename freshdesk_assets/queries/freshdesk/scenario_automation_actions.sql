-- Which scenarios send a reply or write a note to a customer?

select
  scenario_automations.name as scenario,
  scenario_automation_actions.name as step,
  length(scenario_automation_actions.value ->> '$') as characters
from freshdesk.scenario_automation_actions
join freshdesk.scenario_automations
  on scenario_automations.id = scenario_automation_actions.scenario_automation_id
where scenario_automation_actions._deleted_at is null
  and scenario_automation_actions.name in ('add_reply', 'add_comment', 'add_note', 'forward_ticket')
order by scenario_automations.name, scenario_automation_actions."position";

-- What can be done by one click, and in how many scenarios?

select
  scenario_automation_actions.name as step,
  count(distinct scenario_automation_actions.scenario_automation_id) as scenarios
from freshdesk.scenario_automation_actions
where scenario_automation_actions._deleted_at is null
group by scenario_automation_actions.name
order by scenarios desc, scenario_automation_actions.name;
