-- Which form does each portal offer?

select
  ticket_form_portals.name as portal,
  ticket_forms.title as form
from freshdesk.ticket_form_portals
join freshdesk.ticket_forms on ticket_forms.id = ticket_form_portals.ticket_form_id
where ticket_form_portals._deleted_at is null
order by ticket_form_portals.name, ticket_forms.title;

-- Which forms does no portal offer, so that only agents use them?

select ticket_forms.title
from freshdesk.ticket_forms
left join freshdesk.ticket_form_portals
  on ticket_form_portals.ticket_form_id = ticket_forms.id
  and ticket_form_portals._deleted_at is null
where ticket_forms._deleted_at is null
  and ticket_form_portals.id is null
order by ticket_forms.title;
