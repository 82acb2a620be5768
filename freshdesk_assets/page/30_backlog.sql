-- Backlog
--
-- Tickets that were open at the end of each of the last 90 days, by status. Days before the first sync are estimated.
--
-- day: Day
-- status: Status
-- tickets: Tickets
-- estimated: Estimated

select
  page_backlog.of_group,
  page_backlog.day,
  page_backlog.status,
  cast(sum(page_backlog.tickets) as bigint) as tickets,
  bool_or(page_backlog.estimated) as estimated
from page_backlog
group by grouping sets ((1, 2, 3), (2, 3))
order by 1, 2, 3
