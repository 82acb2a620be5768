-- Which values do dropdowns and checkboxes of contacts have, and how often?

select
  contact_custom_fields.label,
  coalesce(
    contact_custom_fields.value_string, cast(contact_custom_fields.value_boolean as varchar)
  ) as value,
  count(*) as contacts
from relations.contact_custom_fields
where contact_custom_fields.type in ('custom_dropdown', 'custom_checkbox')
  and not contact_custom_fields.deleted_in_freshdesk
group by all
order by contact_custom_fields.label, contacts desc;

-- Which contacts have a day in one of the account's own fields, the earliest first?

select
  contact_custom_fields.contact_name,
  contact_custom_fields.label,
  contact_custom_fields.value_date
from relations.contact_custom_fields
where contact_custom_fields.value_date is not null
  and not contact_custom_fields.deleted_in_freshdesk
order by contact_custom_fields.value_date, contact_custom_fields.contact_name;
