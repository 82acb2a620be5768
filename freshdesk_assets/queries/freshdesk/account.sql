-- How many licences of each kind are there, and how many agents are in the list?

select
  account.tier_type,
  account.full_time_agents,
  account.occasional_agents,
  count(agents.id) filter (not agents.occasional) as full_time_in_the_list,
  count(agents.id) filter (agents.occasional) as occasional_in_the_list
from freshdesk.account
left join freshdesk.agents on agents._deleted_at is null
group by all;

-- Where is the account's data kept, in which time zone are its days, and who is responsible?

select
  account.account_domain,
  account.data_center,
  account.timezone,
  account.hipaa_compliant,
  account.contact_person ->> '$.email' as contact
from freshdesk.account;
