-- How many records fill each field of each kind?

select
  custom_object_values.schema_name,
  custom_object_values.field_label,
  count(*) as records
from relations.custom_object_values
where not custom_object_values.deleted_in_freshdesk
group by custom_object_values.schema_name, custom_object_values.field_label
order by custom_object_values.schema_name, records desc;

-- To which tickets, contacts or other records do records point?

select
  custom_object_values.schema_name,
  custom_object_values.display_id,
  custom_object_values.field_label,
  custom_object_values.value
from relations.custom_object_values
where custom_object_values.field_type = 'RELATIONSHIP'
  and not custom_object_values.deleted_in_freshdesk
order by custom_object_values.schema_name, custom_object_values.display_id;
