-- Which records were made or changed last?

select
  custom_object_schemas.name as kind,
  custom_object_records.display_id,
  custom_object_records.data,
  custom_object_records.updated_time
from freshdesk.custom_object_records
join freshdesk.custom_object_schemas on custom_object_schemas.id = custom_object_records.schema_id
where custom_object_records._deleted_at is null
order by custom_object_records.updated_time desc
limit 20;

-- How many records of each kind point to a ticket that is not resolved, where their field is called ticket?

select
  custom_object_schemas.name as kind,
  count(*) as records
from freshdesk.custom_object_records
join freshdesk.custom_object_schemas on custom_object_schemas.id = custom_object_records.schema_id
join freshdesk.tickets on tickets.id = try_cast(custom_object_records.data ->> '$.ticket' as bigint)
where custom_object_records._deleted_at is null
  and tickets.status not in (4, 5)
group by kind
order by records desc;
