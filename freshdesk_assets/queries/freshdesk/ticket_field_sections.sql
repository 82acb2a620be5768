-- Which fields are shown in each section, and which field has the choices that open it?

with members as (
  select
    ticket_field_sections.parent_ticket_field_id,
    ticket_field_sections.label,
    unnest(cast(ticket_field_sections.ticket_field_ids as bigint[])) as ticket_field_id
  from freshdesk.ticket_field_sections
  where ticket_field_sections._deleted_at is null
)
select
  opened_by.label as opened_by,
  members.label as section,
  shown.label as field
from members
left join freshdesk.ticket_fields as opened_by on opened_by.id = members.parent_ticket_field_id
left join freshdesk.ticket_fields as shown on shown.id = members.ticket_field_id
order by opened_by.label, members.label, shown.label;

-- Which sections show nothing?

select
  ticket_fields.label as field,
  ticket_field_sections.label as section
from freshdesk.ticket_field_sections
left join freshdesk.ticket_fields on ticket_fields.id = ticket_field_sections.parent_ticket_field_id
where ticket_field_sections._deleted_at is null
  and json_array_length(ticket_field_sections.ticket_field_ids) = 0
order by ticket_fields.label, ticket_field_sections.label;
