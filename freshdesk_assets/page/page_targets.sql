-- The targets that run, and those that were due in the last twelve weeks.

select
  sla_events.ticket_id,
  sla_events.target,
  sla_events.group_id,
  sla_events.priority,
  sla_events.due_at,
  sla_events.remaining_seconds,
  sla_events.state
from metrics.sla_events
-- What runs is not met: that is asked of the table below the view, and few are left to compute a state of.
where (sla_events.met_at is null or sla_events.due_at >= getvariable('page_as_of') - interval 12 weeks)
  and (
    sla_events.state in ('running', 'running_late')
    or sla_events.due_at >= getvariable('page_as_of') - interval 12 weeks
  )
