-- Which calendars are open now?

select
  calendars.name,
  count(calendar_slots.slot) > 0 as is_open
from metrics.calendar_clocks
join metrics.calendars on calendars.calendar_id = calendar_clocks.calendar_id
cross join metrics.clock
left join metrics.calendar_slots
  on calendar_slots.calendar_id = calendar_clocks.calendar_id
  and calendar_slots.source = calendar_clocks.source
  and clock.as_of >= calendar_slots.starts_at
  and clock.as_of < calendar_slots.ends_at
where calendar_clocks.source = 0
group by calendars.name
order by calendars.name;

-- What are the clocks of the calendars?

select
  calendar_clocks.calendar_id,
  calendar_clocks.source,
  calendar_clocks.clock
from metrics.calendar_clocks
order by calendar_clocks.calendar_id, calendar_clocks.source;
