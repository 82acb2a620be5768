-- What do the account's own fields say of the contacts with most tickets?

with requests as (
  select
    tickets.requester_id,
    count(*) as tickets
  from relations.tickets
  where not tickets.spam
    and not tickets.deleted
  group by tickets.requester_id
)
select
  contacts_wide.name,
  requests.tickets,
  columns('^cf_')
from relations.contacts_wide
join requests on requests.requester_id = contacts_wide.id
order by requests.tickets desc
limit 20;

-- How many contacts have each of the account's own fields filled?

select
  count(*) as contacts,
  count(columns('^cf_'))
from relations.contacts_wide
where not contacts_wide.deleted
  and not contacts_wide.deleted_in_freshdesk;
