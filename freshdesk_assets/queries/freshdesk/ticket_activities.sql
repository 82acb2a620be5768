-- What was done last, and to which ticket?

select
  ticket_activities.performed_at,
  ticket_activities.ticket_id,
  ticket_activities.activity
from freshdesk.ticket_activities
order by ticket_activities.performed_at desc
limit 20;

-- How much was done on each day, and which days were read? A day that is missing had no file yet, or none at all.

select
  days.day::date as day,
  count(ticket_activities.id) as activities
from freshdesk_meta.coverage
cross join unnest(
  generate_series(coverage.covered_from, coverage.covered_to - interval 1 day, interval 1 day)
) as days (day)
left join freshdesk.ticket_activities
  on ticket_activities.performed_at >= days.day
  and ticket_activities.performed_at < days.day + interval 1 day
where coverage.table_name = 'ticket_activities'
group by days.day
order by days.day desc;
