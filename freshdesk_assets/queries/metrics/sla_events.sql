-- What share of each target was met?

select
  sla_events.target,
  count(*) filter (sla_events.state in ('met', 'late', 'running_late')) as ended,
  round(
    100.0 * count(*) filter (sla_events.state = 'met')
      / nullif(count(*) filter (sla_events.state in ('met', 'late', 'running_late')), 0),
    1
  ) as percent_met
from metrics.sla_events
group by sla_events.target
order by sla_events.target;

-- Which tickets are late, or due next?

select
  sla_events.ticket_id,
  sla_events.target,
  sla_events.due_at,
  sla_events.state,
  sla_events.policy_name
from metrics.sla_events
where sla_events.state in ('running', 'running_late')
order by sla_events.due_at
limit 20;

-- Of how many targets does the due time confirm the policy?

select
  sla_events.policy_name,
  count(*) as targets,
  count(*) filter (not sla_events.policy_guessed) as confirmed
from metrics.sla_events
group by sla_events.policy_name
order by targets desc;
