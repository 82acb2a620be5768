-- Which choices do the dropdowns of the company form offer?

select
  company_fields.label,
  choices.value ->> '$' as choice
from freshdesk.company_fields, json_each(company_fields.choices) as choices
where company_fields._deleted_at is null
order by company_fields."position", choices.id;

-- Which fields of a company must agents fill, and which are there but hidden from them?

select
  company_fields.label,
  company_fields.type,
  company_fields.required_for_agents,
  not company_fields.displayed_for_agents as hidden
from freshdesk.company_fields
where company_fields._deleted_at is null
  and (company_fields.required_for_agents or not company_fields.displayed_for_agents)
order by company_fields."position";
