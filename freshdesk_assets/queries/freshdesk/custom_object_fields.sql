-- Which fields point to a ticket, a contact, a company or another record?

select
  custom_object_schemas.name as kind,
  custom_object_fields.name as field,
  custom_object_fields.points_to
from freshdesk.custom_object_fields
join freshdesk.custom_object_schemas on custom_object_schemas.id = custom_object_fields.schema_id
where custom_object_fields._deleted_at is null
  and custom_object_fields."type" = 'RELATIONSHIP'
order by kind, field;

-- Which fields has each kind of record, and which of them must be filled?

select
  custom_object_schemas.name as kind,
  custom_object_fields.label,
  custom_object_fields."type",
  custom_object_fields.required
from freshdesk.custom_object_fields
join freshdesk.custom_object_schemas on custom_object_schemas.id = custom_object_fields.schema_id
where custom_object_fields._deleted_at is null
order by kind, custom_object_fields."position";
