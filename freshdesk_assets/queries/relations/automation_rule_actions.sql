-- Which active rules send tickets to which group or agent?

select
  automation_rule_actions.when_tried,
  automation_rule_actions.rule_name,
  automation_rule_actions.field_name,
  automation_rule_actions.value_label
from relations.automation_rule_actions
where automation_rule_actions.active
  and automation_rule_actions.field_name in ('group_id', 'responder_id')
  and not automation_rule_actions.deleted_in_freshdesk
order by automation_rule_actions.automation_type_id, automation_rule_actions.rule_position;

-- Which rules call which other systems, and who last changed them?

select distinct
  automation_rule_actions.url_host,
  automation_rule_actions.rule_name,
  automation_rule_actions.active,
  automation_rule_actions.last_updated_by_name,
  automation_rule_actions.updated_at
from relations.automation_rule_actions
where automation_rule_actions.url_host is not null
  and not automation_rule_actions.deleted_in_freshdesk
order by automation_rule_actions.url_host, automation_rule_actions.rule_name;
