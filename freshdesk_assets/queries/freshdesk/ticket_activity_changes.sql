-- When did tickets come to be resolved, and how often?

select
  ticket_activities.ticket_id,
  count(*) as times,
  max(ticket_activities.performed_at) as latest_at
from freshdesk.ticket_activity_changes
join freshdesk.ticket_activities on ticket_activities.id = ticket_activity_changes.activity_id
where ticket_activity_changes.field = 'status'
  and ticket_activity_changes.value = 'Resolved'
group by ticket_activities.ticket_id
order by times desc, ticket_activities.ticket_id
limit 20;

-- Which tags were added in the last days?

select
  ticket_activities.performed_at,
  ticket_activities.ticket_id,
  ticket_activity_changes.value as tags
from freshdesk.ticket_activity_changes
join freshdesk.ticket_activities on ticket_activities.id = ticket_activity_changes.activity_id
where ticket_activity_changes.field = 'added_tags'
order by ticket_activities.performed_at desc
limit 20;
