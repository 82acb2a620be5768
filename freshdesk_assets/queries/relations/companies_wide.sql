-- What do the account's own fields say of companies at risk?

select
  companies_wide.name,
  companies_wide.renewal_date,
  columns('^cf_')
from relations.companies_wide
where companies_wide.health_score = 'At risk'
  and not companies_wide.deleted_in_freshdesk
order by companies_wide.renewal_date;

-- How many companies have each of the account's own fields filled?

select
  count(*) as companies,
  count(columns('^cf_'))
from relations.companies_wide
where not companies_wide.deleted_in_freshdesk;
