-- How happy are customers, month by month?

select
  date_trunc('month', csat.day) as month,
  count(*) as ratings,
  round(100.0 * count(*) filter (csat.label = 'happy') / count(*), 1) as percent_happy
from metrics.csat
group by month
order by month desc;

-- Which tickets made a customer unhappy lately?

select
  csat.ticket_id,
  csat.rated_at,
  csat.group_id,
  csat.has_comment
from metrics.csat
where csat.label = 'unhappy' and csat.is_last
order by csat.rated_at desc
limit 20;
