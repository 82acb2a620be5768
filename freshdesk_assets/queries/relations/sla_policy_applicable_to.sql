-- What must a ticket have for each policy to apply?

select
  sla_policy_applicable_to.sla_policy_name,
  sla_policy_applicable_to.kind,
  list(sla_policy_applicable_to.name order by sla_policy_applicable_to.name) as one_of
from relations.sla_policy_applicable_to
where not sla_policy_applicable_to.deleted_in_freshdesk
group by all
order by sla_policy_applicable_to.sla_policy_name, sla_policy_applicable_to.kind;

-- How many tickets are unresolved for the companies that a policy names?

select
  sla_policy_applicable_to.sla_policy_name,
  sla_policy_applicable_to.name as company_name,
  companies.unresolved_tickets,
  companies.latest_ticket_at
from relations.sla_policy_applicable_to
join relations.companies on companies.id = sla_policy_applicable_to.id
where sla_policy_applicable_to.kind = 'company'
  and not sla_policy_applicable_to.deleted_in_freshdesk
order by companies.unresolved_tickets desc;
