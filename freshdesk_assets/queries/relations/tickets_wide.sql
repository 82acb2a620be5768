-- What do the account's own fields say of the tickets that are late by their SLA?

select
  tickets_wide.id,
  tickets_wide.subject,
  tickets_wide.due_by,
  columns('^cf_')
from relations.tickets_wide
where tickets_wide.is_escalated
  and not tickets_wide.spam
  and not tickets_wide.deleted
order by tickets_wide.due_by;

-- How many tickets of each type have each of the account's own fields filled?

select
  tickets_wide.type,
  count(*) as tickets,
  count(columns('^cf_'))
from relations.tickets_wide
where not tickets_wide.spam
  and not tickets_wide.deleted
group by tickets_wide.type
order by tickets desc;
