-- Which holidays has each calendar?

select
  business_hours.name as calendar,
  business_hour_holidays.name,
  business_hour_holidays.date_text,
  business_hour_holidays.year,
  business_hour_holidays.month,
  business_hour_holidays.day
from freshdesk.business_hour_holidays
join freshdesk.business_hours on business_hours.id = business_hour_holidays.business_hour_id
where business_hour_holidays._deleted_at is null
order by business_hours.name, business_hour_holidays.month, business_hour_holidays.day;

-- How many holidays has each calendar, and how many of them recur each year?

select
  business_hours.name as calendar,
  count(business_hour_holidays.position) as holidays,
  count(*) filter (business_hour_holidays.month is not null and business_hour_holidays.year is null)
    as each_year
from freshdesk.business_hours
left join freshdesk.business_hour_holidays
  on business_hour_holidays.business_hour_id = business_hours.id
where business_hours._deleted_at is null
group by business_hours.name
order by holidays desc, calendar;
