-- One row per table and view, with the moment its data are as of, and one row for everything.
--
-- schema_name: Schema of the table or view; null in the row for everything.
-- name: Name of the table or view; 'everything' in that row.
-- as_of: When the table of it that waits longest was last read to its end; null if none was.
-- age_hours: Hours from then to now.
-- oldest_table: The table that waits longest.
-- never_read: Tables of it that were never read to their end, as those the key may not read; null if none.

with latest as (
  select
    made_of.schema_name,
    made_of.name,
    min(read_state.finished_at) as as_of,
    cast(arg_min(made_of.table_name, read_state.finished_at) as varchar) as oldest_table,
    cast(
      string_agg(distinct made_of.table_name, ', ' order by made_of.table_name)
        filter (read_state.finished_at is null) as varchar
    ) as never_read
  from freshdesk_meta.made_of
  left join freshdesk_meta.read_state on read_state.table_name = made_of.table_name
  group by grouping sets ((made_of.schema_name, made_of.name), ())
)
select
  latest.schema_name,
  coalesce(latest.name, 'everything') as name,
  latest.as_of,
  cast(date_diff('second', latest.as_of, now()) as double) / 3600 as age_hours,
  latest.oldest_table,
  latest.never_read
from latest
