-- How many records of each kind are there?

select
  custom_object_schemas.name as kind,
  count(custom_object_records.display_id) as records,
  max(custom_object_records.updated_time) as latest_at
from freshdesk.custom_object_schemas
left join freshdesk.custom_object_records
  on custom_object_records.schema_id = custom_object_schemas.id
  and custom_object_records._deleted_at is null
where custom_object_schemas._deleted_at is null
group by custom_object_schemas.id, custom_object_schemas.name
order by records desc;

-- How many fields has each kind of record, and how often was its definition changed?

select
  custom_object_schemas.name as kind,
  json_array_length(custom_object_schemas.fields) as fields,
  custom_object_schemas.version,
  custom_object_schemas.updated_time
from freshdesk.custom_object_schemas
where custom_object_schemas._deleted_at is null
order by kind;
