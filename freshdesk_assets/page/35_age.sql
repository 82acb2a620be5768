-- Age of the backlog
--
-- How long the tickets that are open now have been open, by group; groups beyond the twenty largest are one.
--
-- width: half
--
-- group_name: Group
-- age: Age
-- place: Order
-- tickets: Tickets

with latest as (
  select
    page_backlog.of_group as group_name,
    page_backlog.age,
    sum(page_backlog.tickets) as tickets
  from page_backlog
  where page_backlog.day = (select max(each.day) from page_backlog as each)
  group by all
),
ranked as (
  select
    latest.group_name,
    row_number() over (order by sum(latest.tickets) desc, latest.group_name) as place
  from latest
  group by latest.group_name
),
listed as (
  select
    null as of_group,
    if(ranked.place <= 20, latest.group_name, 'Other groups') as group_name,
    latest.age,
    latest.tickets
  from latest
  join ranked on ranked.group_name = latest.group_name
  union all
  select latest.group_name as of_group, latest.group_name, latest.age, latest.tickets
  from latest
)
select
  listed.of_group,
  listed.group_name,
  replace(listed.age, ' d', ' days') as age,
  list_position(['0-1 d', '1-3 d', '3-7 d', '7-30 d', '30+ d'], listed.age) as place,
  cast(sum(listed.tickets) as bigint) as tickets
from listed
group by all
order by 1, 2, 4
