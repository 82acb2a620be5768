-- As of when are tickets and conversations?

select
  data_as_of.name,
  data_as_of.as_of,
  round(data_as_of.age_hours, 1) as age_hours
from relations.data_as_of
where data_as_of.schema_name = 'freshdesk'
  and data_as_of.name in ('tickets', 'conversations')
order by data_as_of.name;

-- Which data are oldest, and what was never read?

select
  data_as_of.schema_name,
  data_as_of.name,
  data_as_of.as_of,
  data_as_of.oldest_table,
  data_as_of.never_read
from relations.data_as_of
order by data_as_of.as_of nulls first, data_as_of.schema_name nulls first, data_as_of.name
limit 20;
