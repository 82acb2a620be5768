-- One row per form and field in it, with the form's title and who must fill the field.
--
-- form_id: Form. -> ticket_forms.id
-- form_title: Title of the form that customers see.
-- form_default: Whether it is the form of tickets that name none.
-- field_id: Field. -> ticket_fields.id
-- name: Key of the field.
-- label: Label that agents see.
-- label_for_customers: Label that customers see.
-- type: Kind of field, as in ticket_fields.
-- position: Place in the form.
-- required_for_agents: Whether agents must fill it.
-- required_for_customers: Whether customers must fill it.
-- required_for_closure: Whether it must be filled before a ticket is closed.
-- deleted_in_freshdesk: Whether the form no longer has the field, or Freshdesk the form.

select
  ticket_form_fields.form_id,
  ticket_forms.title as form_title,
  ticket_forms.default as form_default,
  ticket_form_fields.id as field_id,
  ticket_form_fields.name,
  ticket_form_fields.label,
  ticket_form_fields.label_for_customers,
  ticket_form_fields.type,
  ticket_form_fields.position,
  ticket_form_fields.required_for_agents,
  ticket_form_fields.required_for_customers,
  ticket_form_fields.required_for_closure,
  ticket_form_fields._deleted_at is not null as deleted_in_freshdesk
from freshdesk.ticket_form_fields
left join freshdesk.ticket_forms on ticket_forms.id = ticket_form_fields.form_id
