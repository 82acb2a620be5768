-- One row per target of a ticket's service level: all that can be said of it without knowing what time it is.
--
-- Which policy applied is not sent: it is the first active one that fits, or the one whose target fits the due time.
-- A policy that was deleted since counts for the tickets of before. What runs has no end: sla_events adds the time
-- until now, and is the view to ask.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- target: first_response, next_response or resolution.
-- n: Place among the ticket's targets of this kind, from 1.
-- group_id: Group of the ticket when it was met, or now; null if none. -> groups.id
-- agent_id: Agent of the ticket now; null if none. -> agents.id
-- status: Status of the ticket now.
-- priority: Priority when it was met, or now: Freshdesk moves what is due when it changes.
-- policy_id: Policy; null if none fits. -> sla_policies.id
-- policy_name: Name of the policy.
-- policy_confirmed: Whether the due time confirms that policy; null without one.
-- business_hours: Whether the policy counts in business hours.
-- calendar_id: Calendar of the ticket's group. -> business_hours.id
-- hours_of: Channel whose hours of that calendar hold, as in calendar_slots.source.
-- target_seconds: How long the policy gives; null without one.
-- applied_at: When the target began.
-- due_at: When it is due; null where Freshdesk sets none, and where it was overwritten before it was seen.
-- met_at: When it was met; null if it was not.
-- over_at: When the ticket was solved, or gone from Freshdesk; null while it is open.
-- stopped_since: Since when the clock of the resolution stands still; null if it does not.
-- ended_at: When it was met, or the ticket solved without; null while it runs.
-- applied_clock: Business seconds of the calendar until it began, as calendar_slots counts them.
-- ended_clock: The same until it ended; null while it runs.
-- due_clock: The same until it is due; null where that is not known.
-- paused_seconds: How long a resolution's clock stood still in statuses that were left.
-- paused_business_seconds: The same in business hours.
-- freshdesk_says: Freshdesk's own flag that it was late; of next responses it has one for the latest.

with placed as (
  select
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
    case when tickets.status in (4, 5)
      then coalesce(tickets.resolved_at, tickets.closed_at, ticket_facts.last_resolved_at)
    end as solved_at,
    tickets._deleted_at as gone_at,
    -- Since when the clock of the resolution stands still.
    case when status_clocks.clock_stopped then ticket_facts.open_status_since end as stopped_since
  from freshdesk.tickets
  left join metrics.ticket_facts on ticket_facts.ticket_id = tickets.id
  left join metrics.status_clocks on status_clocks.status = tickets.status
  where not coalesce(tickets.spam, false) and not coalesce(tickets.deleted, false)
),
next_dues as (
  select
    tickets_history.id,
    tickets_history.nr_due_by as due_at,
    min(tickets_history.valid_from) as seen_from
  from freshdesk.tickets_history
  where tickets_history.nr_due_by is not null
  group by tickets_history.id, tickets_history.nr_due_by
),
next_waits as (
  select
    next_dues.id,
    next_dues.due_at,
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
    placed.created_at,
    placed.due_by,
    placed.solved_at,
    placed.is_escalated
  from placed
  union all
  select
    next_waits.id,
    'next_response',
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
ended as (
  select
    targets.*,
    placed.status,
    placed.responder_id,
    placed.source,
    placed.type,
    placed.company_id,
    placed.product_id,
    coalesce(placed.solved_at, placed.gone_at) as over_at,
    case when targets.target = 'resolution' then placed.stopped_since end as stopped_since,
    coalesce(targets.met_at, placed.solved_at, placed.gone_at) as until
  from targets
  join placed on placed.id = targets.id
),
stood as (
  select
    ended.*,
    ticket_spans.group_id,
    ticket_spans.priority,
    ticket_spans.calendar_id,
    ticket_spans.hours_of
  from ended
  asof left join metrics.ticket_spans
    on ticket_spans.ticket_id = ended.id
    and coalesce(ended.until, timestamptz '9999-01-01 00:00:00+00') >= ticket_spans.started_at
),
paused as (
  select
    stood.id,
    stood.target,
    stood.applied_at,
    sum(ticket_spans.seconds) as seconds,
    sum(ticket_spans.business_seconds) as business_seconds
  from stood
  join metrics.ticket_spans
    on ticket_spans.ticket_id = stood.id
    and ticket_spans.ended_at <= coalesce(stood.until, timestamptz '9999-01-01 00:00:00+00')
  join metrics.status_clocks on status_clocks.status = ticket_spans.status and status_clocks.clock_stopped
  where stood.target = 'resolution'
  group by stood.id, stood.target, stood.applied_at
),
policies as (
  select
    sla_policies.id,
    sla_policies.name,
    sla_policies.position,
    sla_policies._deleted_at as deleted_at,
    coalesce(json_exists(sla_policies.applicable_to, '$.company_ids'), false) as for_companies,
    coalesce(json_exists(sla_policies.applicable_to, '$.group_ids'), false) as for_groups,
    coalesce(json_exists(sla_policies.applicable_to, '$.sources'), false) as for_sources,
    coalesce(json_exists(sla_policies.applicable_to, '$.ticket_types'), false) as for_types,
    coalesce(json_exists(sla_policies.applicable_to, '$.product_ids'), false) as for_products,
    cast(sla_policies.applicable_to -> '$.company_ids' as bigint[]) as companies,
    cast(sla_policies.applicable_to -> '$.group_ids' as bigint[]) as groups,
    cast(sla_policies.applicable_to -> '$.sources' as bigint[]) as sources,
    cast(sla_policies.applicable_to -> '$.ticket_types' as varchar[]) as types,
    cast(sla_policies.applicable_to -> '$.product_ids' as bigint[]) as products,
    targets_of.target_name,
    targets_of.respond_within,
    targets_of.next_respond_within,
    targets_of.resolve_within,
    targets_of.business_hours
  from freshdesk.sla_policies
  join freshdesk.sla_policy_targets as targets_of on targets_of.sla_policy_id = sla_policies.id
  where coalesce(sla_policies.active, true)
),
begun as (
  select
    stood.*,
    slots.done_seconds + least(
      greatest(epoch(stood.applied_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as applied_clock
  from stood
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = stood.calendar_id
    and slots.source = stood.hours_of
    and stood.applied_at >= slots.starts_at
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
    and slots.source = begun.hours_of
    and begun.due_at >= slots.starts_at
),
measured as (
  select
    due.*,
    slots.done_seconds + least(
      greatest(epoch(due.until) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as until_clock
  from due
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = due.calendar_id
    and slots.source = due.hours_of
    and due.until >= slots.starts_at
),
fitting as (
  select
    measured.*,
    coalesce(paused.seconds, 0) as paused_seconds,
    coalesce(paused.business_seconds, 0) as paused_business,
    policies.id as policy_id,
    policies.name as policy_name,
    policies.position,
    policies.business_hours,
    case measured.target
      when 'first_response' then policies.respond_within
      when 'next_response' then policies.next_respond_within
      else policies.resolve_within
    end as target_seconds
  from measured
  left join paused
    on paused.id = measured.id
    and paused.target = measured.target
    and paused.applied_at = measured.applied_at
  left join policies
    on policies.target_name = 'priority_' || cast(measured.priority as varchar)
    and (policies.deleted_at is null or policies.deleted_at > measured.applied_at)
    and (not policies.for_companies or list_contains(policies.companies, measured.company_id))
    and (not policies.for_groups or list_contains(policies.groups, measured.group_id))
    and (not policies.for_sources or list_contains(policies.sources, measured.source))
    and (not policies.for_types or list_contains(policies.types, measured.type))
    and (not policies.for_products or list_contains(policies.products, measured.product_id))
),
confirmed as (
  select
    fitting.*,
    case
      when fitting.policy_id is null then null
      when fitting.business_hours
        then abs(
          fitting.due_clock - fitting.applied_clock - fitting.target_seconds - fitting.paused_business
        ) <= 60
      else abs(
        epoch(fitting.due_at) - epoch(fitting.applied_at) - fitting.target_seconds - fitting.paused_seconds
      ) <= 60
    end as fits
  from fitting
),
chosen as (
  select confirmed.*
  from confirmed
  qualify row_number() over (
    partition by confirmed.id, confirmed.target, confirmed.applied_at
    order by coalesce(confirmed.fits, false) desc, confirmed.position nulls last, confirmed.policy_id
  ) = 1
)
select
  chosen.id as ticket_id,
  cast(chosen.target as varchar) as target,
  cast(
    row_number() over (
      partition by chosen.id, chosen.target order by chosen.applied_at, chosen.due_at
    ) as integer
  ) as n,
  chosen.group_id,
  chosen.responder_id as agent_id,
  chosen.status,
  chosen.priority,
  chosen.policy_id,
  chosen.policy_name,
  chosen.fits as policy_confirmed,
  chosen.business_hours,
  chosen.calendar_id,
  chosen.hours_of,
  chosen.target_seconds,
  chosen.applied_at,
  chosen.due_at,
  chosen.met_at,
  chosen.over_at,
  chosen.stopped_since,
  chosen.until as ended_at,
  cast(chosen.applied_clock as bigint) as applied_clock,
  cast(chosen.until_clock as bigint) as ended_clock,
  cast(chosen.due_clock as bigint) as due_clock,
  cast(chosen.paused_seconds as bigint) as paused_seconds,
  cast(chosen.paused_business as bigint) as paused_business_seconds,
  chosen.says as freshdesk_says
from chosen
