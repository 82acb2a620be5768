-- Which three companies opened most tickets in each month?

with months as (
  select
    date_trunc('month', tickets.created_at at time zone 'UTC') as month,
    tickets.company_id,
    count(*) as tickets
  from freshdesk.tickets
  where not tickets.spam
    and not tickets.deleted
  group by all
)
select
  months.month,
  companies.name as company_name,
  months.tickets
from months
join freshdesk.companies on companies.id = months.company_id
qualify row_number() over (partition by months.month order by months.tickets desc, companies.name) <= 3
order by months.month desc, months.tickets desc;

-- Which companies are at risk, when do they renew, and what is still unresolved for them?

select
  companies.name,
  companies.account_tier,
  companies.renewal_date,
  count(tickets.id) as unresolved_tickets,
  count(tickets.id) filter (tickets.is_escalated) as late
from freshdesk.companies
left join freshdesk.tickets
  on tickets.company_id = companies.id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where companies.health_score = 'At risk'
  and companies._deleted_at is null
group by all
order by companies.renewal_date, unresolved_tickets desc;
