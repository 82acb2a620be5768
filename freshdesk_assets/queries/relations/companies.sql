-- Which companies have most unresolved tickets for the contacts they have?

select
  companies.name,
  companies.account_tier,
  companies.contacts,
  companies.unresolved_tickets,
  round(companies.unresolved_tickets / nullif(companies.contacts, 0), 1) as per_contact
from relations.companies
where companies.unresolved_tickets > 0
  and not companies.deleted_in_freshdesk
order by per_contact desc, companies.unresolved_tickets desc;

-- Which companies of the better tiers have been silent for longest?

select
  companies.name,
  companies.account_tier,
  companies.health_score,
  companies.latest_ticket_at
from relations.companies
where companies.account_tier in ('Premium', 'Enterprise')
  and not companies.deleted_in_freshdesk
order by companies.latest_ticket_at nulls first
limit 10;

-- How do health and backlog of companies differ from industry to industry?

select
  companies.industry,
  count(*) as companies,
  count(*) filter (companies.health_score = 'At risk') as at_risk,
  sum(companies.unresolved_tickets) as unresolved_tickets
from relations.companies
where not companies.deleted_in_freshdesk
group by companies.industry
order by unresolved_tickets desc;
