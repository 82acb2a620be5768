-- Which codes of status, priority and source does the account have, and what do they mean?

select
  choices.field,
  choices.code,
  choices.label,
  choices.label_for_customers
from relations.choices
where choices.field in ('status', 'priority', 'source')
  and choices.is_listed
order by choices.field, choices.code;

-- How many tickets are in each status at present, statuses that no ticket has included?

select
  choices.code,
  choices.label as status,
  count(tickets.id) as tickets
from relations.choices
left join freshdesk.tickets
  on tickets.status = choices.code
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where choices.field = 'status'
group by choices.code, choices.label
order by choices.code;
