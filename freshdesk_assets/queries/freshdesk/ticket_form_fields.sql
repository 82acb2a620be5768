-- What must customers fill in on each form?

select
  ticket_forms.title as form,
  ticket_form_fields.label_for_customers as field,
  ticket_form_fields."type"
from freshdesk.ticket_form_fields
join freshdesk.ticket_forms on ticket_forms.id = ticket_form_fields.form_id
where ticket_form_fields._deleted_at is null
  and ticket_form_fields.required_for_customers
order by ticket_forms.title, ticket_form_fields."position";

-- Which fields of tickets are on no form?

select
  ticket_fields.label,
  ticket_fields."type"
from freshdesk.ticket_fields
left join freshdesk.ticket_form_fields
  on ticket_form_fields.id = ticket_fields.id
  and ticket_form_fields._deleted_at is null
where ticket_fields._deleted_at is null
  and ticket_form_fields.id is null
order by ticket_fields.label;

-- Which fields do several forms ask for?

select
  ticket_form_fields.label,
  count(*) as forms
from freshdesk.ticket_form_fields
where ticket_form_fields._deleted_at is null
group by ticket_form_fields.id, ticket_form_fields.label
having count(*) > 1
order by forms desc, ticket_form_fields.label;
