-- How many records of each kind are there, and when did the last one change?

select
  custom_object_records.schema_name,
  count(*) as records,
  max(custom_object_records.updated_time) as latest_at
from relations.custom_object_records
where not custom_object_records.deleted_in_freshdesk
group by custom_object_records.schema_name
order by records desc;

-- Which view has a column for each field of a kind, and how many records are in it?

select
  kind_views.view_name,
  count(custom_object_records.display_id) as records
from freshdesk_meta.kind_views
left join relations.custom_object_records
  on custom_object_records.schema_id = kind_views.kind
  and not custom_object_records.deleted_in_freshdesk
where kind_views.beside = 'custom_object_records'
group by kind_views.view_name
order by kind_views.view_name;
