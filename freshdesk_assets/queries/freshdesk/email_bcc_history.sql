-- Which addresses have got a copy of every mail, and from when to when?

with copies as (
  select
    email_bcc_history.valid_from,
    email_bcc_history.valid_to,
    unnest(email_bcc_history.emails) as email
  from freshdesk.email_bcc_history
)
select
  copies.email,
  min(copies.valid_from) as first_at,
  max(coalesce(copies.valid_to, now())) as last_at,
  bool_or(copies.valid_to is null) as is_there_now
from copies
group by copies.email
order by copies.email;

-- How many addresses got a copy after each change?

select
  email_bcc_history.valid_from,
  len(email_bcc_history.emails) as addresses
from freshdesk.email_bcc_history
order by email_bcc_history.valid_from desc;
