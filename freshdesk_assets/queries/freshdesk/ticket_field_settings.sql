-- Which fields must agents fill in before they close a ticket, or customers when they ask?

select
  ticket_field_settings.label,
  ticket_field_settings.required_for_closure,
  ticket_field_settings.required_for_agents,
  ticket_field_settings.required_for_customers
from freshdesk.ticket_field_settings
where ticket_field_settings._deleted_at is null
  and (
    ticket_field_settings.required_for_closure
    or ticket_field_settings.required_for_agents
    or ticket_field_settings.required_for_customers
  )
order by ticket_field_settings."position";

-- Which fields appear only for some choices of another field?

select
  ticket_field_settings.label,
  ticket_field_settings."type",
  json_array_length(ticket_field_settings.section_mappings) as sections
from freshdesk.ticket_field_settings
where ticket_field_settings._deleted_at is null
  and json_array_length(ticket_field_settings.section_mappings) > 0
order by ticket_field_settings.label;
