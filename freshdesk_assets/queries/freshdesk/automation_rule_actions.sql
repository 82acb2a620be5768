-- Which rules send tickets to which group?

select
  groups.name as group_name,
  automation_rules.name as rule,
  automation_rules.active
from freshdesk.automation_rule_actions
join freshdesk.automation_rules on automation_rules.id = automation_rule_actions.automation_rule_id
left join freshdesk.groups on groups.id = try_cast(automation_rule_actions.value ->> '$' as bigint)
where automation_rule_actions._deleted_at is null
  and automation_rule_actions.field_name = 'group_id'
order by groups.name, automation_rules.name;

-- To which hosts does the account send tickets, and by which rules?

select
  automation_rule_actions.url_host,
  automation_rule_actions.request_type,
  automation_rules.name as rule,
  automation_rules.active
from freshdesk.automation_rule_actions
join freshdesk.automation_rules on automation_rules.id = automation_rule_actions.automation_rule_id
where automation_rule_actions._deleted_at is null
  and automation_rule_actions.url_host is not null
order by automation_rule_actions.url_host, automation_rules.name;

-- Which rules write to customers or agents?

select
  automation_rules.name as rule,
  automation_rule_actions.field_name,
  automation_rule_actions.notify_agents
from freshdesk.automation_rule_actions
join freshdesk.automation_rules on automation_rules.id = automation_rule_actions.automation_rule_id
where automation_rule_actions._deleted_at is null
  and automation_rule_actions.has_body
  and automation_rule_actions.url_host is null
  and automation_rules.active
order by automation_rules.name, automation_rule_actions."position";
