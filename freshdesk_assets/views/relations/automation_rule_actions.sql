-- One row per thing that a rule does, with its rule, and with whom or what it sets.
--
-- automation_rule_id: Rule. -> automation_rules.id
-- rule_name: Name of the rule.
-- automation_type_id: When it is tried: 1 A ticket is created, 3 Every hour, 4 A ticket is updated.
-- when_tried: The same in words.
-- rule_position: Place in the order in which rules are tried, from 1.
-- active: Whether the rule is carried out.
-- position: Place among what the rule does, from 0.
-- field_name: What it does, or the field that it sets.
-- value: What the field is set to; null of what is no property of a ticket.
-- value_label: The same in words, of status, priority, group, agent and product.
-- url_host: Host that a webhook calls; null for other actions.
-- has_body: Whether it writes a text.
-- affected_tickets_count: Tickets the rule changed lately, as Freshdesk counts; null if unknown.
-- updated_at: When the rule last changed.
-- last_updated_by: Agent who last changed the rule; null if unknown. -> agents.id
-- last_updated_by_name: Name of that agent.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the rule.

select
  automation_rule_actions.automation_rule_id,
  automation_rules.name as rule_name,
  automation_rules.automation_type_id,
  case automation_rules.automation_type_id
    when 1 then 'A ticket is created'
    when 3 then 'Every hour'
    when 4 then 'A ticket is updated'
  end as when_tried,
  automation_rules.position as rule_position,
  automation_rules.active,
  automation_rule_actions.position,
  automation_rule_actions.field_name,
  automation_rule_actions.value,
  coalesce(choices.label, groups.name, agents.contact_name, products.name) as value_label,
  automation_rule_actions.url_host,
  automation_rule_actions.has_body,
  automation_rules.affected_tickets_count,
  automation_rules.updated_at,
  automation_rules.last_updated_by,
  editors.contact_name as last_updated_by_name,
  automation_rule_actions._deleted_at is not null as deleted_in_freshdesk
from freshdesk.automation_rule_actions
join freshdesk.automation_rules on automation_rules.id = automation_rule_actions.automation_rule_id
left join relations.choices
  on choices.field = automation_rule_actions.field_name
  and choices.field in ('status', 'priority')
  and choices.code = try_cast(automation_rule_actions.value ->> '$' as bigint)
left join freshdesk.groups
  on automation_rule_actions.field_name in ('group_id', 'internal_group_id')
  and groups.id = try_cast(automation_rule_actions.value ->> '$' as bigint)
left join freshdesk.agents
  on automation_rule_actions.field_name in ('responder_id', 'internal_agent_id')
  and agents.id = try_cast(automation_rule_actions.value ->> '$' as bigint)
left join freshdesk.products
  on automation_rule_actions.field_name = 'product_id'
  and products.id = try_cast(automation_rule_actions.value ->> '$' as bigint)
left join freshdesk.agents as editors on editors.id = automation_rules.last_updated_by
