-- The date of each holiday can be read; one that cannot does not count as a holiday.

select
  business_hour_holidays.business_hour_id,
  business_hour_holidays.position,
  business_hour_holidays.date_text
from freshdesk.business_hour_holidays
where business_hour_holidays.month is null and business_hour_holidays._deleted_at is null
