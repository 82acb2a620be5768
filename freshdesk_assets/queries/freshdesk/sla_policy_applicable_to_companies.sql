-- Which companies have a policy of their own, and how soon must their urgent tickets be resolved?

select
  companies.name as company_name,
  sla_policies.name as policy_name,
  sla_policy_targets.resolve_within / 3600 as hours_to_resolution
from freshdesk.sla_policy_applicable_to_companies
join freshdesk.sla_policies on sla_policies.id = sla_policy_applicable_to_companies.sla_policy_id
left join freshdesk.companies on companies.id = sla_policy_applicable_to_companies.company_id
left join freshdesk.sla_policy_targets
  on sla_policy_targets.sla_policy_id = sla_policies.id
  and sla_policy_targets.target_name = 'priority_4'
where sla_policies.active
  and sla_policy_applicable_to_companies._deleted_at is null
order by companies.name, sla_policies."position";

-- What part of these companies' tickets is late?

with named_companies as (
  select distinct sla_policy_applicable_to_companies.company_id
  from freshdesk.sla_policy_applicable_to_companies
  where sla_policy_applicable_to_companies._deleted_at is null
)
select
  companies.name as company_name,
  count(*) as tickets,
  round(100.0 * count(*) filter (tickets.is_escalated) / count(*)) as percent_late
from named_companies
join freshdesk.companies on companies.id = named_companies.company_id
join freshdesk.tickets on tickets.company_id = named_companies.company_id
where not tickets.spam
  and not tickets.deleted
group by companies.id, companies.name
order by percent_late desc;
