-- How many tickets came and went each day?

select
  volume_daily.day,
  sum(volume_daily.created) as created,
  sum(volume_daily.resolved) as resolved,
  sum(volume_daily.reopened) as reopened
from metrics.volume_daily
group by volume_daily.day
order by volume_daily.day desc
limit 30;

-- By which channels do tickets come?

select
  volume_daily.source_label,
  sum(volume_daily.created) as created
from metrics.volume_daily
group by volume_daily.source_label
order by created desc;
