-- One row per activity on a ticket and field that it changed, with the ticket and who did it.
--
-- activity_id: Activity. -> ticket_activities.id
-- ticket_id: Ticket to which it was done. -> tickets.id
-- ticket_subject: Its subject.
-- performed_at: When it was done.
-- performer_type: Who did it: user for a person, system for a rule or Freshdesk itself.
-- performer_id: Agent or contact who did it.
-- performer_name: Their name.
-- field: Field, or what else was done, such as note or added_tags.
-- value: What it became, as text; a list or object as its JSON; null if emptied.

select
  ticket_activity_changes.activity_id,
  ticket_activities.ticket_id,
  tickets.subject as ticket_subject,
  ticket_activities.performed_at,
  ticket_activities.performer_type,
  ticket_activities.performer_id,
  people.name as performer_name,
  ticket_activity_changes.field,
  ticket_activity_changes.value
from freshdesk.ticket_activity_changes
join freshdesk.ticket_activities on ticket_activities.id = ticket_activity_changes.activity_id
left join freshdesk.tickets on tickets.id = ticket_activities.ticket_id
left join relations.people on people.id = ticket_activities.performer_id
