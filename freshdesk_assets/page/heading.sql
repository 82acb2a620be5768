-- What the page says above its charts, in one row.

select
  strftime(page_clock.as_of at time zone page_clock.zone, '%A %-d %B %Y, %H:%M') as as_of,
  page_clock.zone,
  (select max(account.host) from freshdesk_meta.account) as host,
  exists (from freshdesk.tickets) as has_tickets
from page_clock
