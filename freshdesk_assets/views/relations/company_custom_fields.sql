-- One row per custom field that has a value in companies, with the field's label.
--
-- company_id: Row of companies it is part of. -> companies.id
-- company_name: Name of the company.
-- name: Key of the field.
-- label: Label of the field; null for fields that Freshdesk no longer lists, and levels below nested ones.
-- type: Type of the field, as Freshdesk names it.
-- value_string: Value, if it is text; a list or object as its JSON.
-- value_boolean: Value, if it is true or false.
-- value_long: Value, if it is a whole number.
-- value_number: Value, if it is a number, whole or not.
-- value_date: Value, if it is text that is a day like 2026-01-31.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with fields as (
  select
    company_fields.name,
    max(company_fields.label) as label,
    max(company_fields.type) as type
  from freshdesk.company_fields
  where company_fields._deleted_at is null
  group by company_fields.name
)
select
  company_custom_fields.company_id,
  companies.name as company_name,
  company_custom_fields.name,
  fields.label,
  fields.type,
  company_custom_fields.value_string,
  company_custom_fields.value_boolean,
  company_custom_fields.value_long,
  company_custom_fields.value_number,
  company_custom_fields.value_date,
  company_custom_fields._deleted_at is not null as deleted_in_freshdesk
from freshdesk.company_custom_fields
left join freshdesk.companies on companies.id = company_custom_fields.company_id
left join fields on fields.name = company_custom_fields.name
