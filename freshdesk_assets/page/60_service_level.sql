-- Service level met
--
-- Of what was due in each of the last twelve weeks, the share that was in time. What is late and still open counts as
-- missed.
--
-- week: Week of
-- target: What was due
-- priority: Priority
-- place: Order
-- due: Due
-- met: In time
-- share [share]: Share

with ended as (
  select
    coalesce(groups.name, 'Group ' || page_targets.group_id, 'No group') as of_group,
    cast(date_trunc('week', page_targets.due_at at time zone getvariable('page_zone')) as date) as week,
    case page_targets.target
      when 'first_response' then 'First reply'
      when 'next_response' then 'Next reply'
      else 'Resolution'
    end as target,
    page_targets.priority,
    page_targets.state
  from page_targets
  left join freshdesk.groups on groups.id = page_targets.group_id
  where page_targets.state in ('met', 'late', 'running_late')
    and page_targets.due_at >= getvariable('page_as_of') - interval 12 weeks
    and page_targets.due_at <= getvariable('page_as_of')
)
select
  ended.of_group,
  ended.week,
  ended.target,
  coalesce(['Low', 'Medium', 'High', 'Urgent'][ended.priority], 'Not known') as priority,
  list_position(['First reply', 'Next reply', 'Resolution'], ended.target) * 10
    - coalesce(ended.priority, 0) as place,
  count(*) as due,
  count(*) filter (where ended.state = 'met') as met,
  count(*) filter (where ended.state = 'met') / count(*) as share
from ended
group by grouping sets (
  (ended.of_group, ended.week, ended.target, ended.priority),
  (ended.week, ended.target, ended.priority)
)
order by 1, 5, 2
