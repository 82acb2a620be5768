-- One row per ticket, with every measure of its life: replies, resolution, waiting, assignment, satisfaction.
--
-- What runs, runs until metrics.clock.as_of. Durations are in seconds, in calendar time and, as `…_business_…`,
-- in the business hours of the group that the ticket was in at each moment. Null is unknown, or not yet: never 0.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- created_at: When it was created.
-- status: Its status now.
-- status_label: Label of the status.
-- waits_on: Whom it waits for now: us, customer, third_party or nobody.
-- is_solved: Whether it is resolved or closed.
-- is_current: Whether it counts: neither spam nor in the trash, and Freshdesk still has it.
-- group_id: Its group now; null if none. -> groups.id
-- group_name: Name of that group.
-- agent_id: Its agent now; null if none. -> agents.id
-- agent_name: Name of that agent.
-- priority: 1 Low, 2 Medium, 3 High, 4 Urgent.
-- priority_label: Label of the priority.
-- type: Kind of request.
-- source: Channel that it came by.
-- source_label: Label of the channel.
-- product_id: Product; null if none. -> products.id
-- company_id: Company of the requester; null if none. -> companies.id
-- calendar_id: Calendar that its group works by. -> business_hours.id
-- history_known: Whether each status since its creation is known.
-- assignment_known: Whether each group and agent since its creation is known.
-- unknown_because: Why some measures are null that others have; null if none is.
-- first_reply_at: First public message of an agent; automations do not count.
-- first_reply_agent_id: Agent who wrote it; null if nobody is named. -> agents.id
-- first_reply_seconds: Time from its creation until then.
-- first_reply_business_seconds: The same in business hours.
-- no_first_reply_because: Why there is none: not yet, solved without, outbound (an agent wrote first).
-- first_system_reply_at: First message of an automation; null if none.
-- replies: How many times the customer waited and was answered.
-- total_reply_seconds: Sum of these waits.
-- total_reply_business_seconds: The same in business hours.
-- average_reply_seconds: Their mean.
-- average_reply_business_seconds: The same in business hours.
-- longest_reply_seconds: The longest of them.
-- longest_reply_business_seconds: The same in business hours.
-- waiting_since: Since when the customer waits for an answer; null if nobody does, or if it is solved.
-- waiting_seconds: How long.
-- waiting_business_seconds: The same in business hours.
-- first_resolved_at: When it was solved first.
-- first_resolution_seconds: Time from its creation until then.
-- first_resolution_business_seconds: The same in business hours.
-- last_resolved_at: When it was solved last; null while it is not.
-- full_resolution_seconds: Time from its creation until then.
-- full_resolution_business_seconds: The same in business hours.
-- requester_wait_seconds: Time in statuses that wait for us.
-- requester_wait_business_seconds: The same in business hours.
-- agent_wait_seconds: Time in statuses that wait for the customer.
-- agent_wait_business_seconds: The same in business hours.
-- on_hold_seconds: Time in statuses that wait for somebody else.
-- on_hold_business_seconds: The same in business hours.
-- solve_business_seconds: Business hours until it was solved last, less statuses that stop the clock.
-- unassigned_seconds: Time without an agent while it was not solved.
-- unassigned_business_seconds: The same in business hours.
-- first_assigned_at: When it had an agent first.
-- reopens: How often it was reopened.
-- reopens_at_least: Whether it may have been reopened more often than that, unseen.
-- resolutions: How often it was solved; Resolved and then Closed is once. At least so often, as reopens.
-- agent_replies: Public messages of agents.
-- customer_messages: Messages of customers after the first.
-- private_notes: Private notes.
-- system_messages: Messages of automations.
-- touch_count: How often agents turned to the customer: their public messages, and the e-mail of an outbound
--     ticket. In a chat (sources 7, 12, 15, 21) those of a session are one; it ends with an hour without messages.
-- touches: no, one, two or many: touch_count of a ticket that is solved.
-- first_contact_resolution: Whether it is solved with one answer at most, and was never reopened. The answers in a
--     session of a chat are one.
-- handoffs: How often it went from one agent to another.
-- agents_writing: How many agents wrote, private notes included.
-- group_stations: How many times it came to a group.
-- agent_stations: How many times it came to an agent.
-- merged_guess: Ticket that it was probably merged into; null if none. A guess, as the API does not say it: its
--     note, written while it was closed, names the other ticket. See ticket_merges. -> tickets.id
-- csat_first: First answer to a survey: happy, neutral or unhappy; null if none.
-- csat_last: Latest answer.
-- csat_improved: Whether the latest is better than the first; null without one.
-- seconds_tracked: Time that agents booked on it.
-- seconds_billable: What is charged of that.
-- timers_running: Timers of it that run.
-- age_seconds: Time since its creation; null once it is solved.
-- idle_seconds: Time since anybody wrote; null once it is solved.

with moods as (
  select
    csat.ticket_id,
    arg_min(csat.label, csat.n) as first_label,
    arg_max(csat.label, csat.n) as last_label
  from metrics.csat
  group by csat.ticket_id
),
booked as (
  select
    time_entries.ticket_id,
    sum(time_entries.time_spent_in_seconds) as tracked,
    sum(time_entries.time_spent_in_seconds) filter (time_entries.billable) as billable,
    count(*) filter (time_entries.timer_running) as running
  from freshdesk.time_entries
  where time_entries._deleted_at is null
  group by time_entries.ticket_id
),
running as (
  select
    ticket_facts.*,
    open_statuses.waits_on as open_waits_on,
    case
      when ticket_facts.open_since is null then 0
      when clock.as_of is not null then greatest(epoch(clock.as_of) - epoch(ticket_facts.open_since), 0)
    end as open_seconds,
    case
      when ticket_facts.open_since is null then 0
      when calendar_clocks.clock is not null and ticket_facts.open_clock is not null
        then greatest(calendar_clocks.clock - ticket_facts.open_clock, 0)
    end as open_business,
    calendar_clocks.clock as now_clock,
    clock.as_of
  from metrics.ticket_facts
  cross join metrics.clock
  left join metrics.statuses as open_statuses on open_statuses.status = ticket_facts.open_status
  left join metrics.calendar_clocks
    on calendar_clocks.calendar_id = ticket_facts.open_calendar_id
    and calendar_clocks.source = ticket_facts.open_hours_of
)
select
  tickets.id as ticket_id,
  tickets.created_at,
  tickets.status,
  statuses.label as status_label,
  statuses.waits_on,
  coalesce(tickets.status in (4, 5), false) as is_solved,
  not coalesce(tickets.spam, false)
    and not coalesce(tickets.deleted, false)
    and tickets._deleted_at is null as is_current,
  tickets.group_id,
  groups.name as group_name,
  tickets.responder_id as agent_id,
  agents.contact_name as agent_name,
  tickets.priority,
  priorities.label as priority_label,
  tickets.type,
  tickets.source,
  sources.label as source_label,
  tickets.product_id,
  tickets.company_id,
  running.open_calendar_id as calendar_id,
  running.history_known,
  running.assignment_known,
  cast(
    case
      when running.history_known is null then 'not measured yet'
      when not running.history_known and tickets.reopened_at is not null and running.first_resolved_at is not null
        then 'reopened and solved again between two syncs'
      when not running.history_known and tickets.reopened_at is not null
        then 'reopened before it was first seen'
      when not running.history_known then 'its status had changed before it was first seen'
      when not running.assignment_known then 'who had it before it was first seen'
      when running.open_calendar_id is null and running.first_resolution_business_seconds is null
        then 'its group has no calendar'
    end as varchar
  ) as unknown_because,
  running.first_reply_at,
  running.first_reply_agent_id,
  running.first_reply_seconds,
  running.first_reply_business_seconds,
  cast(
    case
      when running.first_reply_at is not null then null
      when tickets.source = 10 then 'outbound'
      when tickets.status in (4, 5) then 'solved without'
      else 'not yet'
    end as varchar
  ) as no_first_reply_because,
  running.first_system_reply_at,
  running.replies,
  running.total_reply_seconds,
  running.total_reply_business_seconds,
  cast(round(running.total_reply_seconds / running.replies) as bigint) as average_reply_seconds,
  cast(round(running.total_reply_business_seconds / running.replies) as bigint)
    as average_reply_business_seconds,
  running.longest_reply_seconds,
  running.longest_reply_business_seconds,
  running.waiting_since,
  cast(
    case when running.waiting_since is not null and running.as_of is not null
      then greatest(epoch(running.as_of) - epoch(running.waiting_since), 0)
    end as bigint
  ) as waiting_seconds,
  cast(
    case
      when running.waiting_since is null or running.now_clock is null or running.waiting_clock is null then null
      else running.waiting_business_seconds + greatest(running.now_clock - running.waiting_clock, 0)
    end as bigint
  ) as waiting_business_seconds,
  running.first_resolved_at,
  cast(epoch(running.first_resolved_at) - epoch(tickets.created_at) as bigint) as first_resolution_seconds,
  running.first_resolution_business_seconds,
  running.last_resolved_at,
  cast(epoch(running.last_resolved_at) - epoch(tickets.created_at) as bigint) as full_resolution_seconds,
  running.full_resolution_business_seconds,
  cast(
    running.requester_wait_seconds
    + case when running.open_waits_on = 'us' then running.open_seconds else 0 end as bigint
  ) as requester_wait_seconds,
  cast(
    running.requester_wait_business_seconds
    + case when running.open_waits_on = 'us' then running.open_business else 0 end as bigint
  ) as requester_wait_business_seconds,
  cast(
    running.agent_wait_seconds
    + case when running.open_waits_on = 'customer' then running.open_seconds else 0 end as bigint
  ) as agent_wait_seconds,
  cast(
    running.agent_wait_business_seconds
    + case when running.open_waits_on = 'customer' then running.open_business else 0 end as bigint
  ) as agent_wait_business_seconds,
  cast(
    running.on_hold_seconds
    + case when running.open_waits_on = 'third_party' then running.open_seconds else 0 end as bigint
  ) as on_hold_seconds,
  cast(
    running.on_hold_business_seconds
    + case when running.open_waits_on = 'third_party' then running.open_business else 0 end as bigint
  ) as on_hold_business_seconds,
  running.solve_business_seconds,
  cast(
    running.unassigned_seconds
    + case
      when running.open_agent_id is null and running.open_status not in (4, 5) then running.open_seconds
      else 0
    end as bigint
  ) as unassigned_seconds,
  cast(
    running.unassigned_business_seconds
    + case
      when running.open_agent_id is null and running.open_status not in (4, 5) then running.open_business
      else 0
    end as bigint
  ) as unassigned_business_seconds,
  running.first_assigned_at,
  cast(
    greatest(running.reopens, case when tickets.reopened_at is null then 0 else 1 end) as integer
  ) as reopens,
  not running.history_known and tickets.reopened_at is not null as reopens_at_least,
  cast(
    greatest(
      running.resolutions,
      case when tickets.reopened_at is null then 0 else 1 end
        + case when tickets.status in (4, 5) then 1 else 0 end
    ) as integer
  ) as resolutions,
  running.agent_replies,
  running.customer_messages,
  running.private_notes,
  running.system_messages,
  running.touch_count,
  cast(
    case
      when tickets.status not in (4, 5) then null
      when running.touch_count = 0 then 'no'
      when running.touch_count = 1 then 'one'
      when running.touch_count = 2 then 'two'
      else 'many'
    end as varchar
  ) as touches,
  case
    when tickets.status in (4, 5)
      then running.touch_count <= case when tickets.source = 10 then 2 else 1 end
        and running.reopens = 0
        and tickets.reopened_at is null
  end as first_contact_resolution,
  running.handoffs,
  running.agents_writing,
  running.group_stations,
  running.agent_stations,
  ticket_merges.merged_guess,
  cast(moods.first_label as varchar) as csat_first,
  cast(moods.last_label as varchar) as csat_last,
  case
    when moods.first_label is not null
      then list_position(['unhappy', 'neutral', 'happy'], moods.last_label)
        > list_position(['unhappy', 'neutral', 'happy'], moods.first_label)
  end as csat_improved,
  cast(coalesce(booked.tracked, 0) as bigint) as seconds_tracked,
  cast(coalesce(booked.billable, 0) as bigint) as seconds_billable,
  cast(coalesce(booked.running, 0) as integer) as timers_running,
  cast(
    case
      when tickets.status not in (4, 5) and tickets._deleted_at is null and running.as_of is not null
        then greatest(epoch(running.as_of) - epoch(tickets.created_at), 0)
    end as bigint
  ) as age_seconds,
  cast(
    case
      when tickets.status not in (4, 5) and tickets._deleted_at is null and running.as_of is not null
        then greatest(
          epoch(running.as_of) - epoch(greatest(tickets.created_at, running.last_message_at)), 0
        )
    end as bigint
  ) as idle_seconds
from freshdesk.tickets
left join running on running.ticket_id = tickets.id
left join metrics.statuses on statuses.status = tickets.status
left join relations.choices as priorities
  on priorities.field = 'priority'
  and priorities.code = tickets.priority
left join relations.choices as sources
  on sources.field = 'source'
  and sources.code = tickets.source
left join freshdesk.groups on groups.id = tickets.group_id
left join freshdesk.agents on agents.id = tickets.responder_id
left join moods on moods.ticket_id = tickets.id
left join booked on booked.ticket_id = tickets.id
left join metrics.ticket_merges on ticket_merges.ticket_id = tickets.id
