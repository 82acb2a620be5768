-- One row per agent told of a violation of an SLA policy, with both names.
--
-- sla_policy_id: Row of sla_policies it is part of. -> sla_policies.id
-- sla_policy_name: Name of the policy.
-- escalation_name: Occasion: response, resolution.level_1 to level_4, reminder_response, ….
-- escalation_time: Seconds after the violation; before it where negative.
-- agent_id: Agent notified; -1 is probably the assigned agent. -> agents.id
-- agent_name: Name of the agent.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  sla_policy_agent_escalations.sla_policy_id,
  sla_policies.name as sla_policy_name,
  sla_policy_agent_escalations.escalation_name,
  sla_policy_agent_escalations.escalation_time,
  sla_policy_agent_escalations.agent_id,
  case
    when sla_policy_agent_escalations.agent_id = -1 then '(assigned agent)'
    else agents.contact_name
  end as agent_name,
  sla_policy_agent_escalations._deleted_at is not null as deleted_in_freshdesk
from freshdesk.sla_policy_agent_escalations
left join freshdesk.sla_policies on sla_policies.id = sla_policy_agent_escalations.sla_policy_id
left join freshdesk.agents on agents.id = sla_policy_agent_escalations.agent_id
