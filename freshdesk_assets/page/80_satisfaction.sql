-- Satisfaction
--
-- Share of ratings that are happy, per week, with how many there were; the size of a point follows that.
--
-- width: half
--
-- week: Week of
-- ratings: Ratings
-- happy: Happy
-- share [share]: Share happy
-- comments: With a comment

select
  coalesce(groups.name, 'Group ' || csat.group_id, 'No group') as of_group,
  cast(date_trunc('week', csat.day) as date) as week,
  count(*) as ratings,
  count(*) filter (where csat.label = 'happy') as happy,
  count(*) filter (where csat.label = 'happy') / count(*) as share,
  count(*) filter (where csat.has_comment) as comments
from metrics.csat
cross join metrics.clock
left join freshdesk.groups on groups.id = csat.group_id
where csat.label is not null and csat.day > clock.today - 26 * 7
group by grouping sets ((1, 2), (2))
order by 1, 2
