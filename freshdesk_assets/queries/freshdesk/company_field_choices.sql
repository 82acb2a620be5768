-- How many companies have each choice of their industry, those nobody has included?

select
  company_field_choices.value as industry,
  count(companies.id) as companies
from freshdesk.company_field_choices
join freshdesk.company_fields on company_fields.id = company_field_choices.company_field_id
left join freshdesk.companies
  on companies.industry = company_field_choices.value
  and companies._deleted_at is null
where company_field_choices._deleted_at is null
  and company_fields.name = 'industry'
group by company_field_choices.value
order by companies desc, industry;

-- Which choices has each field of a company?

select
  company_fields.label,
  list(company_field_choices.label order by company_field_choices."position") as choices
from freshdesk.company_field_choices
join freshdesk.company_fields on company_fields.id = company_field_choices.company_field_id
where company_field_choices._deleted_at is null
group by company_fields.id, company_fields.label
order by company_fields.label;
