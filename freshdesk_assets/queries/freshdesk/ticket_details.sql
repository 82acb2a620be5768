-- Which tickets are shared with another group, and with whom?

select
  ticket_details.id as ticket_id,
  groups.name as shared_with_group,
  agents.contact_name as shared_with_agent
from freshdesk.ticket_details
left join freshdesk.groups on groups.id = ticket_details.internal_group_id
left join freshdesk.agents on agents.id = ticket_details.internal_agent_id
where ticket_details._deleted_at is null
  and ticket_details.internal_group_id is not null
order by ticket_details.id desc;

-- How many tickets came by each form, and how fast were they resolved?

select
  coalesce(ticket_forms.title, '(no form)') as form,
  count(*) as tickets,
  round(median(date_diff('minute', tickets.created_at, tickets.resolved_at)) / 60, 1) as median_hours
from freshdesk.ticket_details
join freshdesk.tickets on tickets.id = ticket_details.id
left join freshdesk.ticket_forms on ticket_forms.id = ticket_details.form_id
where ticket_details._deleted_at is null
group by form
order by tickets desc;
