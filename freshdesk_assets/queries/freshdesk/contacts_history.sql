-- To which company did the requester belong when the ticket was opened?

select
  tickets.id,
  tickets.created_at,
  companies.name as company_name
from freshdesk.tickets
asof join freshdesk.contacts_history
  on contacts_history.id = tickets.requester_id
  and contacts_history.valid_from <= tickets.created_at
join freshdesk.companies on companies.id = contacts_history.company_id
where not tickets.spam
  and not tickets.deleted
order by tickets.created_at desc
limit 100;

-- How many of today's contacts did each company have a week ago, as far as syncs saw, and how many now?

select
  companies.name as company_name,
  count(distinct contacts_history.id) filter (
    contacts_history.valid_from <= now() - interval 7 days
    and coalesce(contacts_history.valid_to > now() - interval 7 days, true)
  ) as a_week_ago,
  count(distinct contacts_history.id) filter (contacts_history.valid_to is null) as now
from freshdesk.contacts_history
join freshdesk.companies on companies.id = contacts_history.company_id
join freshdesk.contacts on contacts.id = contacts_history.id
where not contacts.deleted
  and contacts._deleted_at is null
group by companies.id, companies.name
order by now desc;

-- Who left a company, when, and for which other one?
-- Empty until a sync sees a contact leave.

with states as (
  select
    contacts_history.id,
    contacts_history.valid_from,
    contacts_history.company_id,
    lag(contacts_history.company_id) over (
      partition by contacts_history.id order by contacts_history.valid_from
    ) as former_company_id
  from freshdesk.contacts_history
)
select
  contacts.name,
  states.valid_from as left_at,
  former_companies.name as from_company,
  companies.name as to_company
from states
join freshdesk.contacts on contacts.id = states.id
join freshdesk.companies as former_companies on former_companies.id = states.former_company_id
left join freshdesk.companies on companies.id = states.company_id
where states.company_id is distinct from states.former_company_id
order by states.valid_from desc;
