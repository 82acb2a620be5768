-- One row per target of a ticket's service level: the first response, each next response, the resolution.
--
-- What is due and whether it was met is Freshdesk's own: its due times against its times of reply and resolution.
-- Which policy applied is not sent: it is the first active one that fits, or the one whose target fits the due time.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- target: first_response, next_response or resolution.
-- n: Place among the ticket's targets of this kind, from 1.
-- group_id: Group of the ticket when it was met, or now; null if none. -> groups.id
-- agent_id: Agent of the ticket now; null if none. -> agents.id
-- priority: Priority when it was met, or now: Freshdesk moves what is due when it changes.
-- policy_id: Policy; null if none fits. -> sla_policies.id
-- policy_name: Name of the policy.
-- policy_guessed: Whether the due time does not confirm that policy; null without one.
-- calendar_id: Calendar in whose hours the target counts; null if it counts in calendar time. -> business_hours.id
-- target_seconds: How long the policy gives; null without one.
-- applied_at: When the target began.
-- due_at: When it is due; null where Freshdesk sets none, and where it was overwritten before it was seen.
-- met_at: When it was met; null if it was not.
-- breached_at: When it was missed, which is when it was due; null if it was not.
-- elapsed_seconds: How long it took, or takes, in the hours in which the policy counts; null without a policy.
-- remaining_seconds: Time until it is due while it runs, in the hours in which the policy counts; negative when it
--     is late, null while the clock stands still.
-- state: met, late, running, running_late, cancelled (solved or gone in time without it) or unknown. One that was
--     not late when the ticket came into a status that stops the clock is running.
-- freshdesk_says: Freshdesk's own flag that it was late; of next responses it has one for the latest.

with running as (
  select
    sla_targets.*,
    clock.as_of,
    calendar_clocks.clock as now_clock,
    case
      when sla_targets.policy_id is null then null
      when sla_targets.business_hours
        then case when sla_targets.ended_at is null then calendar_clocks.clock else sla_targets.ended_clock end
          - sla_targets.applied_clock - sla_targets.paused_business_seconds
      else epoch(coalesce(sla_targets.ended_at, clock.as_of)) - epoch(sla_targets.applied_at)
        - sla_targets.paused_seconds
    end as elapsed,
    case
      when sla_targets.due_at is null then 'unknown'
      when sla_targets.met_at <= sla_targets.due_at then 'met'
      when sla_targets.met_at is not null then 'late'
      when sla_targets.over_at > sla_targets.due_at then 'late'
      when sla_targets.over_at is not null then 'cancelled'
      when coalesce(sla_targets.stopped_since, clock.as_of) > sla_targets.due_at then 'running_late'
      else 'running'
    end as state
  from metrics.sla_targets
  cross join metrics.clock
  left join metrics.calendar_clocks
    on calendar_clocks.calendar_id = sla_targets.calendar_id
    and calendar_clocks.source = sla_targets.hours_of
)
select
  running.ticket_id,
  running.target,
  running.n,
  running.group_id,
  running.agent_id,
  running.priority,
  running.policy_id,
  running.policy_name,
  not running.policy_confirmed as policy_guessed,
  case when running.business_hours then running.calendar_id end as calendar_id,
  running.target_seconds,
  running.applied_at,
  running.due_at,
  running.met_at,
  case when running.state in ('late', 'running_late') then running.due_at end as breached_at,
  cast(running.elapsed as bigint) as elapsed_seconds,
  cast(
    case
      when running.state not in ('running', 'running_late') or running.stopped_since is not null then null
      when running.business_hours then running.due_clock - running.now_clock
      else epoch(running.due_at) - epoch(running.as_of)
    end as bigint
  ) as remaining_seconds,
  cast(running.state as varchar) as state,
  running.freshdesk_says
from running
