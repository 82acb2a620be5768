-- How have the plan and the licences changed since the first sync?

select
  account_history.valid_from,
  account_history.valid_to,
  account_history.tier_type,
  account_history.full_time_agents,
  account_history.occasional_agents,
  account_history.collaborators
from freshdesk.account_history
order by account_history.valid_from;

-- How many full-time licences were in use at most in each month?

select
  date_trunc('month', account_history.valid_from at time zone 'UTC') as month,
  max(account_history.full_time_agents) as full_time_agents,
  max(account_history.full_time_agents + account_history.occasional_agents) as all_agents
from freshdesk.account_history
group by month
order by month desc;
