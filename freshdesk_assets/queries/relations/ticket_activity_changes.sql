-- Who changed the priority of which ticket, the latest first?

select
  ticket_activity_changes.performed_at,
  ticket_activity_changes.ticket_id,
  ticket_activity_changes.ticket_subject,
  ticket_activity_changes.performer_name,
  ticket_activity_changes.value as priority
from relations.ticket_activity_changes
where ticket_activity_changes.field = 'priority'
order by ticket_activity_changes.performed_at desc
limit 20;

-- What is changed most?

select
  ticket_activity_changes.field,
  count(*) as changes,
  count(distinct ticket_activity_changes.ticket_id) as tickets
from relations.ticket_activity_changes
group by ticket_activity_changes.field
order by changes desc;
