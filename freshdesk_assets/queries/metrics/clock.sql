-- What moment are metrics as of, and whose days do they count?

select
  clock.as_of,
  clock.zone,
  clock.zone_is_known
from metrics.clock;

-- How many days are there metrics of?

select
  clock.since,
  clock.today,
  clock.today - clock.since + 1 as days
from metrics.clock;
