-- Which rules are switched off, or name something that is no longer there?

select
  automation_rules.automation_type_id,
  automation_rules.name,
  automation_rules.active,
  automation_rules.outdated,
  agents.contact_name as last_updated_by,
  automation_rules.updated_at
from freshdesk.automation_rules
left join freshdesk.agents on agents.id = automation_rules.last_updated_by
where automation_rules._deleted_at is null
  and (not automation_rules.active or automation_rules.outdated)
order by automation_rules.updated_at desc;

-- How many messages did each rule write in the last thirty days?

select
  automation_rules.name,
  count(conversations.id) as messages,
  count(distinct conversations.ticket_id) as tickets
from freshdesk.automation_rules
left join freshdesk.conversations
  on conversations.automation_id = automation_rules.id
  and conversations.created_at >= now() - interval 30 days
where automation_rules._deleted_at is null
group by automation_rules.id, automation_rules.name
order by messages desc, automation_rules.name;

-- In which order are rules tried when a ticket is created, every hour, and when one is updated?

select
  case automation_rules.automation_type_id
    when 1 then 'created'
    when 3 then 'every hour'
    when 4 then 'updated'
  end as tried,
  automation_rules."position",
  automation_rules.name,
  automation_rules.affected_tickets_count
from freshdesk.automation_rules
where automation_rules._deleted_at is null
  and automation_rules.active
order by automation_rules.automation_type_id, automation_rules."position";
