-- The moment that the page is of: metrics.clock, computed once. Its columns are variables too, made before all else.

select
  clock.as_of,
  clock.zone,
  clock.today,
  clock.since
from metrics.clock
