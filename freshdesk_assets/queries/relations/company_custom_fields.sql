-- Which companies have the same value in one of the account's own fields?

select
  company_custom_fields.label,
  coalesce(company_custom_fields.value_string, cast(company_custom_fields.value_long as varchar)) as value,
  list(company_custom_fields.company_name order by company_custom_fields.company_name) as company_names
from relations.company_custom_fields
where not company_custom_fields.deleted_in_freshdesk
group by all
having count(*) > 1
order by company_custom_fields.label, value;

-- What do the account's own fields say of the companies with most unresolved tickets?

select
  companies.name as company_name,
  companies.unresolved_tickets,
  company_custom_fields.label,
  coalesce(company_custom_fields.value_string, cast(company_custom_fields.value_long as varchar)) as value
from relations.company_custom_fields
join relations.companies on companies.id = company_custom_fields.company_id
where not company_custom_fields.deleted_in_freshdesk
order by companies.unresolved_tickets desc, companies.name, company_custom_fields.label
limit 50;
