-- Which rules look at each field, so that they fail if it is deleted or renamed?

select
  automation_rule_conditions.resource_type,
  automation_rule_conditions.field_name,
  list(distinct automation_rules.name order by automation_rules.name) as rules
from freshdesk.automation_rule_conditions
join freshdesk.automation_rules on automation_rules.id = automation_rule_conditions.automation_rule_id
where automation_rule_conditions._deleted_at is null
group by automation_rule_conditions.resource_type, automation_rule_conditions.field_name
order by automation_rule_conditions.resource_type, automation_rule_conditions.field_name;

-- What must a ticket meet for each active rule?

select
  automation_rules.name as rule,
  automation_rules."operator" as sets_combined,
  automation_rule_conditions.set_name,
  automation_rule_conditions.match_type,
  automation_rule_conditions.field_name,
  automation_rule_conditions."operator",
  automation_rule_conditions.value
from freshdesk.automation_rule_conditions
join freshdesk.automation_rules on automation_rules.id = automation_rule_conditions.automation_rule_id
where automation_rule_conditions._deleted_at is null
  and automation_rules.active
order by automation_rules.name, automation_rule_conditions."set", automation_rule_conditions."position";

-- Which rules depend on the hours of which calendar?

select
  business_hours.name as calendar,
  automation_rules.name as rule,
  automation_rule_conditions.field_name
from freshdesk.automation_rule_conditions
join freshdesk.automation_rules on automation_rules.id = automation_rule_conditions.automation_rule_id
join freshdesk.business_hours on business_hours.id = automation_rule_conditions.business_hours_id
where automation_rule_conditions._deleted_at is null
order by business_hours.name, automation_rules.name;
