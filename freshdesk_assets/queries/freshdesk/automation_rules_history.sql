-- How often did syncs see each rule change, and since when is it as it is?

select
  automation_rules.name,
  automation_rules.active,
  count(*) - 1 as changes,
  max(automation_rules_history.valid_from) as unchanged_since
from freshdesk.automation_rules_history
join freshdesk.automation_rules on automation_rules.id = automation_rules_history.id
group by automation_rules.id, automation_rules.name, automation_rules.active
order by unchanged_since desc, automation_rules.name;

-- Which rules were carried out a day ago, in which order, as far as syncs saw?

select
  automation_rules.automation_type_id,
  automation_rules_history."position",
  automation_rules_history.name
from freshdesk.automation_rules_history
join freshdesk.automation_rules on automation_rules.id = automation_rules_history.id
where automation_rules_history.valid_from <= now() - interval 1 day
  and coalesce(automation_rules_history.valid_to > now() - interval 1 day, true)
  and automation_rules_history.active
order by automation_rules.automation_type_id, automation_rules_history."position";
