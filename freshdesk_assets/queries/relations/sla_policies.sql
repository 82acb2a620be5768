-- How soon must tickets be resolved by each policy, and whom does it apply to?

select
  sla_policies.name,
  sla_policies.urgent_resolution_hours,
  sla_policies.high_resolution_hours,
  sla_policies.medium_resolution_hours,
  sla_policies.low_resolution_hours,
  sla_policies.applies_to
from relations.sla_policies
where sla_policies.active
  and not sla_policies.deleted_in_freshdesk
order by sla_policies."position";

-- Which policies want urgent tickets to be answered within the hour?

select
  sla_policies.name,
  round(sla_policies.urgent_response_hours * 60) as minutes_to_response,
  sla_policies.urgent_resolution_hours
from relations.sla_policies
where sla_policies.urgent_response_hours <= 1
  and sla_policies.active
  and not sla_policies.deleted_in_freshdesk
order by minutes_to_response;
