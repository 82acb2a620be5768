-- One row per status: whom it waits for, and whether it stops the clock; without what was counted to find out.
--
-- The rows of tickets are made of this and not of statuses, whose counts change every day.
--
-- Kept as a table.
--
-- status: Code of the status.
-- waits_on: us, customer, third_party or nobody.
-- clock_stopped: Whether the time of service levels stands still.

select
  statuses.status,
  statuses.waits_on,
  statuses.clock_stopped
from metrics.statuses
