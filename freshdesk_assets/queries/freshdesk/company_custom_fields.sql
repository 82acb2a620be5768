-- In how many companies is each of the account's own fields filled?

select
  company_fields.label,
  company_fields.type,
  count(company_custom_fields.company_id) as companies
from freshdesk.company_fields
left join freshdesk.company_custom_fields
  on company_custom_fields.name = company_fields.name
  and company_custom_fields._deleted_at is null
where not company_fields."default"
  and company_fields._deleted_at is null
group by all
order by companies desc;

-- How many unresolved tickets have the companies with each value of a text field or dropdown?

select
  company_fields.label,
  company_custom_fields.value_string as value,
  count(distinct company_custom_fields.company_id) as companies,
  count(tickets.id) as unresolved_tickets
from freshdesk.company_custom_fields
join freshdesk.company_fields
  on company_fields.name = company_custom_fields.name
  and company_fields.type in ('custom_text', 'custom_dropdown')
  and company_fields._deleted_at is null
left join freshdesk.tickets
  on tickets.company_id = company_custom_fields.company_id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where company_custom_fields._deleted_at is null
group by all
order by company_fields.label, unresolved_tickets desc;
