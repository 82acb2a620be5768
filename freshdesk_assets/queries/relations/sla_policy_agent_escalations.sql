-- Of what is each agent told, how many minutes after the due time, or before it where negative?

select
  sla_policy_agent_escalations.agent_name,
  sla_policy_agent_escalations.sla_policy_name,
  sla_policy_agent_escalations.escalation_name,
  sla_policy_agent_escalations.escalation_time / 60 as minutes_after
from relations.sla_policy_agent_escalations
where not sla_policy_agent_escalations.deleted_in_freshdesk
order by sla_policy_agent_escalations.agent_name, minutes_after;

-- When were the agents who are told last active, and are they taking tickets?

select distinct
  agents.name,
  agents.last_active_at,
  agents.available
from relations.sla_policy_agent_escalations
join relations.agents on agents.id = sla_policy_agent_escalations.agent_id
where not sla_policy_agent_escalations.deleted_in_freshdesk
order by agents.last_active_at;
