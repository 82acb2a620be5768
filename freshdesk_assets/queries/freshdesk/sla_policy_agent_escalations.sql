-- Who is told when a policy is violated, or about to be, and how many hours after that?

select
  sla_policies.name as policy_name,
  sla_policy_agent_escalations.escalation_name,
  sla_policy_agent_escalations.escalation_time / 3600 as hours_after,
  case sla_policy_agent_escalations.agent_id
    when -1 then '(assigned agent)'
    else agents.contact_name
  end as told
from freshdesk.sla_policy_agent_escalations
join freshdesk.sla_policies on sla_policies.id = sla_policy_agent_escalations.sla_policy_id
left join freshdesk.agents on agents.id = sla_policy_agent_escalations.agent_id
where sla_policy_agent_escalations._deleted_at is null
order by sla_policies."position", sla_policy_agent_escalations.escalation_name;

-- Which active policies tell nobody but the assigned agent of a late response or resolution?

select
  sla_policies.name as policy_name,
  count(sla_policy_agent_escalations.agent_id) as rules
from freshdesk.sla_policies
left join freshdesk.sla_policy_agent_escalations
  on sla_policy_agent_escalations.sla_policy_id = sla_policies.id
  and sla_policy_agent_escalations._deleted_at is null
where sla_policies.active
  and sla_policies._deleted_at is null
group by sla_policies.id, sla_policies.name
having count(*) filter (sla_policy_agent_escalations.agent_id <> -1) = 0
order by sla_policies.name;
