-- What did each agent do in the last seven days?

select
  agent_daily.agent_name,
  sum(agent_daily.replies) as replies,
  sum(agent_daily.resolved) as resolved,
  round(sum(agent_daily.seconds_logged) / 3600, 1) as hours_logged,
  sum(agent_daily.ratings) as ratings
from metrics.agent_daily
join metrics.clock on agent_daily.day > clock.today - 7
group by agent_daily.agent_name
order by replies desc;

-- Who had how many open tickets at the end of yesterday?

select
  agent_daily.agent_name,
  agent_daily.open
from metrics.agent_daily
join metrics.clock on agent_daily.day = clock.today - 1
where agent_daily.open > 0
order by agent_daily.open desc;
