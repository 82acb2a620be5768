-- Which forms are there, and how many fields and portals has each?

select
  ticket_forms.title,
  ticket_forms."default",
  count(ticket_form_fields.id) as fields,
  coalesce(json_array_length(ticket_forms.portals), 0) as portals
from freshdesk.ticket_forms
left join freshdesk.ticket_form_fields
  on ticket_form_fields.form_id = ticket_forms.id
  and ticket_form_fields._deleted_at is null
where ticket_forms._deleted_at is null
group by all
order by ticket_forms.title;

-- Who last changed each form, and when?

select
  ticket_forms.title,
  agents.contact_name as changed_by,
  ticket_forms.updated_at
from freshdesk.ticket_forms
left join freshdesk.agents on agents.id = ticket_forms.last_updated_by
where ticket_forms._deleted_at is null
order by ticket_forms.updated_at desc;
