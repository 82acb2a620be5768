-- Of how many targets does the due time confirm the policy?

select
  sla_targets.target,
  count(*) filter (sla_targets.policy_confirmed) as confirmed,
  count(*) filter (not sla_targets.policy_confirmed) as guessed,
  count(*) filter (sla_targets.policy_id is null) as without
from metrics.sla_targets
group by sla_targets.target
order by sla_targets.target;

-- Which resolutions stood still longest?

select
  sla_targets.ticket_id,
  sla_targets.policy_name,
  sla_targets.paused_seconds,
  sla_targets.paused_business_seconds
from metrics.sla_targets
where sla_targets.target = 'resolution'
order by sla_targets.paused_seconds desc, sla_targets.ticket_id
limit 20;
