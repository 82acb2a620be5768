-- The ratings of the last 26 weeks.

select
  coalesce(groups.name, 'Group ' || csat.group_id, 'No group') as of_group,
  csat.day,
  csat.label,
  csat.has_comment
from metrics.csat
left join freshdesk.groups on groups.id = csat.group_id
where csat.label is not null and csat.day > getvariable('page_today') - 26 * 7
