-- How many tickets were in which status at the end of each day?

select
  ticket_fields_daily.day,
  ticket_fields_daily.status,
  count(*) as tickets
from metrics.ticket_fields_daily
where ticket_fields_daily.in_use
group by ticket_fields_daily.day, ticket_fields_daily.status
order by ticket_fields_daily.day desc, tickets desc
limit 40;

-- How many tickets had each type at the end of yesterday?

select
  ticket_fields_daily.type,
  count(*) as tickets
from metrics.ticket_fields_daily
join metrics.clock on ticket_fields_daily.day = clock.today - 1
group by ticket_fields_daily.type
order by tickets desc;
