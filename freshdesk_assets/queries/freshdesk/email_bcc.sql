-- Who gets a copy of every mail that the account sends?

select unnest(email_bcc.emails) as email
from freshdesk.email_bcc
order by email;

-- Which of those addresses belong to no agent?

with copies as (
  select unnest(email_bcc.emails) as email
  from freshdesk.email_bcc
)
select copies.email
from copies
left join freshdesk.agents
  on lower(agents.contact_email) = lower(copies.email)
  and agents._deleted_at is null
where agents.id is null
order by copies.email;
