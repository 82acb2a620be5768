-- What must customers fill in each form?

select
  ticket_form_fields.form_title,
  list(ticket_form_fields.label_for_customers order by ticket_form_fields.position) as fields
from relations.ticket_form_fields
where ticket_form_fields.required_for_customers
  and not ticket_form_fields.deleted_in_freshdesk
group by ticket_form_fields.form_id, ticket_form_fields.form_title
order by ticket_form_fields.form_title;

-- Which fields are in every form, and which in one only?

select
  ticket_form_fields.label,
  count(*) as forms,
  list(ticket_form_fields.form_title order by ticket_form_fields.form_title) as form_titles
from relations.ticket_form_fields
where not ticket_form_fields.deleted_in_freshdesk
group by ticket_form_fields.field_id, ticket_form_fields.label
order by forms desc, ticket_form_fields.label;
