-- Every company and its name.

select
  companies.id,
  companies.name
from freshdesk.companies
order by companies.id
