-- One row per target of a ticket's service level: the first response, each next response, the resolution.
--
-- What is due and whether it was met is Freshdesk's own: its due times against its times of reply and resolution.
-- Which policy applied is not sent: it is the first active one that fits, or the one whose target fits the due time.
-- A policy that was deleted since counts for the tickets of before.
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
-- remaining_seconds: How much of target_seconds is left while it runs; negative when it is late.
-- state: met, late, running, running_late, cancelled (solved in time without a response) or unknown. One that was
--     not late when the ticket came into a status that stops the clock is running.
-- freshdesk_says: Freshdesk's own flag that it was late; of next responses it has one for the latest.

with running as (
  select
<<<<<<< HEAD
    sla_targets.*,
=======
    tickets.id,
    tickets.created_at,
    tickets.status,
    tickets.responder_id,
    tickets.fr_due_by,
    tickets.nr_due_by,
    tickets.due_by,
    tickets.first_responded_at,
    tickets.resolved_at,
    tickets.closed_at,
    tickets.fr_escalated,
    tickets.nr_escalated,
    tickets.is_escalated,
    tickets.source,
    tickets.type,
    tickets.company_id,
    tickets.product_id,
    ticket_spans.group_id,
    ticket_spans.priority,
    ticket_spans.calendar_id
  from freshdesk.tickets
  left join metrics.ticket_spans on ticket_spans.ticket_id = tickets.id and ticket_spans.n = 1
  where not coalesce(tickets.spam, false) and not coalesce(tickets.deleted, false)
),
next_dues as (
  select
    tickets_history.id,
    tickets_history.nr_due_by as due_at,
    min(tickets_history.valid_from) as seen_from,
    max(tickets_history.group_id) as group_id,
    max(tickets_history.priority) as priority
  from freshdesk.tickets_history
  where tickets_history.nr_due_by is not null
  group by tickets_history.id, tickets_history.nr_due_by
),
next_waits as (
  select
    next_dues.id,
    next_dues.due_at,
    next_dues.group_id,
    next_dues.priority,
    ticket_replies.asked_at,
    ticket_replies.answered_at
  from next_dues
  asof left join metrics.ticket_replies
    on ticket_replies.ticket_id = next_dues.id
    and next_dues.seen_from >= ticket_replies.asked_at
),
targets as (
  select
    placed.id,
    'first_response' as target,
    placed.group_id,
    placed.priority,
    placed.created_at as applied_at,
    placed.fr_due_by as due_at,
    placed.first_responded_at as met_at,
    placed.fr_escalated as says
  from placed
  where placed.source is distinct from 10
  union all
  select
    placed.id,
    'resolution',
    placed.group_id,
    placed.priority,
    placed.created_at,
    placed.due_by,
    case when placed.status in (4, 5) then coalesce(placed.resolved_at, placed.closed_at) end,
    placed.is_escalated
  from placed
  union all
  select
    next_waits.id,
    'next_response',
    next_waits.group_id,
    next_waits.priority,
    next_waits.asked_at,
    next_waits.due_at,
    next_waits.answered_at,
    case
      when next_waits.due_at = placed.nr_due_by then placed.nr_escalated
    end
  from next_waits
  join placed on placed.id = next_waits.id
  -- Of a wait whose due time moved, the last counts.
  qualify row_number() over (
    partition by next_waits.id, next_waits.asked_at order by next_waits.due_at desc
  ) = 1
),
policies as (
  select
    sla_policies.id,
    sla_policies.name,
    sla_policies.position,
    sla_policies.is_default,
    sla_policies.applicable_to,
    sla_policies._deleted_at as deleted_at,
    targets_of.target_name,
    targets_of.respond_within,
    targets_of.next_respond_within,
    targets_of.resolve_within,
    targets_of.business_hours
  from freshdesk.sla_policies
  join freshdesk.sla_policy_targets as targets_of on targets_of.sla_policy_id = sla_policies.id
  where coalesce(sla_policies.active, true)
),
fitting as (
  select
    targets.*,
    placed.status,
    placed.responder_id,
    placed.calendar_id,
    policies.id as policy_id,
    policies.name as policy_name,
    policies.position,
    policies.business_hours,
    case targets.target
      when 'first_response' then policies.respond_within
      when 'next_response' then policies.next_respond_within
      else policies.resolve_within
    end as target_seconds
  from targets
  join placed on placed.id = targets.id
  left join policies
    on policies.target_name = 'priority_' || cast(targets.priority as varchar)
    and (policies.deleted_at is null or policies.deleted_at > targets.applied_at)
    and (
      not coalesce(json_exists(policies.applicable_to, '$.company_ids'), false)
      or list_contains(cast(policies.applicable_to -> '$.company_ids' as bigint[]), placed.company_id)
    )
    and (
      not coalesce(json_exists(policies.applicable_to, '$.group_ids'), false)
      or list_contains(cast(policies.applicable_to -> '$.group_ids' as bigint[]), targets.group_id)
    )
    and (
      not coalesce(json_exists(policies.applicable_to, '$.sources'), false)
      or list_contains(cast(policies.applicable_to -> '$.sources' as bigint[]), placed.source)
    )
    and (
      not coalesce(json_exists(policies.applicable_to, '$.ticket_types'), false)
      or list_contains(cast(policies.applicable_to -> '$.ticket_types' as varchar[]), placed.type)
    )
    and (
      not coalesce(json_exists(policies.applicable_to, '$.product_ids'), false)
      or list_contains(cast(policies.applicable_to -> '$.product_ids' as bigint[]), placed.product_id)
    )
),
begun as (
  select
    fitting.*,
    slots.done_seconds + least(
      greatest(epoch(fitting.applied_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as applied_clock
  from fitting
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = fitting.calendar_id
    and slots.source = 0
    and fitting.applied_at >= slots.starts_at
),
due as (
  select
    begun.*,
    slots.done_seconds + least(
      greatest(epoch(begun.due_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as due_clock
  from begun
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = begun.calendar_id
    and slots.source = 0
    and begun.due_at >= slots.starts_at
),
confirmed as (
  select
    due.*,
    case
      when due.policy_id is null then null
      when due.business_hours then abs(due.due_clock - due.applied_clock - due.target_seconds) <= 60
      else abs(epoch(due.due_at) - epoch(due.applied_at) - due.target_seconds) <= 60
    end as fits
  from due
),
chosen as (
  select confirmed.*
  from confirmed
  qualify row_number() over (
    partition by confirmed.id, confirmed.target, confirmed.applied_at
    order by coalesce(confirmed.fits, false) desc, confirmed.position nulls last, confirmed.policy_id
  ) = 1
),
ended as (
  select
    chosen.*,
>>>>>>> edge
    clock.as_of,
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
      when sla_targets.status in (4, 5) and coalesce(sla_targets.solved_at > sla_targets.due_at, false) then 'late'
      when sla_targets.status in (4, 5) then 'cancelled'
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
    case when running.state in ('running', 'running_late')
      then running.target_seconds - running.elapsed
    end as bigint
  ) as remaining_seconds,
  cast(running.state as varchar) as state,
  running.freshdesk_says
from running
