-- One row per time in which a ticket's status, group, agent, priority, type, tags and place stayed the same.
--
-- Where its group goes to another calendar, a span ends and the next begins: each has one calendar.
--
-- From what syncs saw, and from the ticket's own times. Of several changes between two syncs the last is known,
-- and those that the ticket's own times tell of.
--
-- Kept as a table, by ticket_id.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- n: Place among the ticket's spans, from 1.
-- status: Status; null while it is not known.
-- status_since: Since when it was in this status; the same for all spans of one stay.
-- status_exact: Whether that is the moment itself, and not when a sync saw it.
-- group_id: Group; null if none. -> groups.id
-- agent_id: Agent; null if none. -> agents.id
-- assignment_known: Whether group and agent were seen then; before the first sync they are those of the first.
-- priority: Priority.
-- type: Kind of request.
-- tags: Tags, in the order of the alphabet.
-- in_use: Whether it was neither spam nor in the trash.
-- calendar_id: Calendar that its group worked by. -> business_hours.id
-- hours_of: Channel whose hours of that calendar hold, as in calendar_slots.source.
-- started_at: When it began.
-- ended_at: When it ended; null if it did not.
-- started_clock: Business seconds of the calendar until its beginning, as calendar_slots counts them.
-- seconds: How long it lasted; null if it did not end.
-- business_seconds: The same in business hours; null if it did not end, or if its calendar cannot be used.

with states as (
  select
    tickets_history.id,
    tickets_history.status,
    tickets_history.valid_from,
    tickets_history.valid_to,
    tickets_history._synced_at,
    tickets.created_at,
    tickets.closed_at,
    tickets._deleted_at,
    row_number() over (partition by tickets_history.id order by tickets_history.valid_from) as n,
    coalesce(
      tickets_history.status_updated_at,
      case when tickets_history.valid_to is null then tickets.status_updated_at end
    ) as status_updated_at,
    coalesce(
      tickets_history.resolved_at, case when tickets_history.valid_to is null then tickets.resolved_at end
    ) as resolved_at,
    coalesce(
      tickets_history.reopened_at, case when tickets_history.valid_to is null then tickets.reopened_at end
    ) as reopened_at,
    {
      'group_id': tickets_history.group_id,
      'agent_id': tickets_history.responder_id,
      'priority': tickets_history.priority,
      'type': tickets_history.type,
      'tags': list_sort(tickets_history.tags),
      'in_use': not coalesce(tickets_history.spam, false) and not coalesce(tickets_history.deleted, false)
    } as fields,
    tickets.source
  from freshdesk.tickets_history
  join freshdesk.tickets on tickets.id = tickets_history.id
  where tickets.created_at is not null
),
followed as (
  select
    states.*,
    lag(states.status) over former as former_status,
    lag(states.valid_from) over former as former_from,
    lag(states.status_updated_at) over former as former_status_updated_at,
    lag(states.reopened_at) over former as former_reopened_at,
    lag(states.fields) over former as former_fields,
    -- Seen soon enough after its creation to have seen it as it was created.
    states._synced_at <= states.created_at + interval 1 hour
      or states.valid_from <= states.created_at + interval 1 minute as fresh
  from states
  window former as (partition by states.id order by states.n)
),
first_states as (
  select
    followed.*,
    coalesce(followed.status_updated_at <= followed.created_at + interval 1 second, followed.fresh)
      as as_created
  from followed
  where followed.n = 1
),
moves as (
  select
    followed.*,
    case
      when followed.status_updated_at > followed.former_from
        and followed.status_updated_at <= followed.valid_from
        and followed.status_updated_at is distinct from followed.former_status_updated_at
        then followed.status_updated_at
      when followed.status = 5 and followed.closed_at > followed.former_from
        and followed.closed_at <= followed.valid_from
        then followed.closed_at
      when followed.status = 4 and followed.resolved_at > followed.former_from
        and followed.resolved_at <= followed.valid_from
        then followed.resolved_at
    end as told_at
  from followed
  where followed.n > 1
    and (
      followed.status <> followed.former_status
      or followed.status_updated_at > followed.former_from
      and followed.status_updated_at is distinct from followed.former_status_updated_at
    )
),
points as (
  -- As it was created.
  select
    first_states.id,
    first_states.created_at as at,
    0 as place,
    case
      when first_states.as_created then first_states.status
      when first_states.fresh then 2
    end as status,
    true as of_status,
    true as exact,
    first_states.fields,
    true as of_fields,
    first_states.fresh as seen
  from first_states
  union all
  -- Reopened before it was first seen: what it was before is not known, but it was not solved then.
  select
    first_states.id, first_states.reopened_at, 1, cast(null as integer), true, true, null, false, false
  from first_states
  where not first_states.as_created and first_states.status in (4, 5)
    and first_states.reopened_at > first_states.created_at
    and first_states.reopened_at < first_states.status_updated_at
  union all
  -- Resolved on the way to Closed.
  select first_states.id, first_states.resolved_at, 2, 4, true, true, null, false, false
  from first_states
  where not first_states.as_created and first_states.status = 5
    and first_states.resolved_at > first_states.created_at
    and first_states.resolved_at < first_states.status_updated_at
  union all
  -- The archive does not send that time: it was in the status when it last changed, if not before.
  select
    first_states.id,
    greatest(coalesce(first_states.status_updated_at, first_states.valid_from), first_states.created_at),
    3,
    first_states.status,
    true,
    first_states.status_updated_at is not null,
    null,
    false,
    false
  from first_states
  where not first_states.as_created
  union all
  select first_states.id, first_states.valid_from, 4, null, false, false, first_states.fields, true, true
  from first_states
  union all
  -- Reopened between two syncs, and not seen in the status that it had then.
  select moves.id, moves.reopened_at, 5, null, true, true, null, false, false
  from moves
  where moves.reopened_at > moves.former_from
    and moves.reopened_at is distinct from moves.former_reopened_at
    and moves.reopened_at < coalesce(moves.told_at, moves.valid_from)
  union all
  -- Resolved on the way to Closed, also if it was before and reopened since.
  select moves.id, moves.resolved_at, 6, 4, true, true, null, false, false
  from moves
  where moves.status = 5
    and (
      moves.former_status <> 4
      or moves.reopened_at > moves.former_from
      and moves.reopened_at is distinct from moves.former_reopened_at
    )
    and moves.resolved_at > moves.former_from
    and moves.resolved_at < coalesce(moves.told_at, moves.valid_from)
  union all
  -- Solved before that, at a time that is not known.
  select moves.id, moves.reopened_at - interval 1 second, 6, 4, true, false, null, false, false
  from moves
  where moves.former_status not in (4, 5)
    and moves.reopened_at > moves.former_from
    and moves.reopened_at is distinct from moves.former_reopened_at
    and moves.reopened_at <= moves.valid_from
  union all
  select
    moves.id,
    coalesce(moves.told_at, moves.valid_from),
    7,
    moves.status,
    true,
    moves.told_at is not null,
    null,
    false,
    false
  from moves
  union all
  select followed.id, followed.valid_from, 8, null, false, false, followed.fields, true, true
  from followed
  where followed.n > 1 and followed.fields is distinct from followed.former_fields
),
ordered as (
  select
    points.*,
    case
      when points.of_status then {'status': points.status, 'since': points.at, 'exact': points.exact}
    end as state,
    case when points.of_fields then {'values': points.fields, 'seen': points.seen} end as held
  from points
),
filled as (
  select
    ordered.id,
    ordered.at,
    ordered.place,
    last_value(ordered.state ignore nulls) over so_far as state,
    last_value(ordered.held ignore nulls) over so_far as held
  from ordered
  window so_far as (
    partition by ordered.id order by ordered.at, ordered.place
    rows between unbounded preceding and current row
  )
),
settled as (
  select filled.*
  from filled
  qualify row_number() over (partition by filled.id, filled.at order by filled.place desc) = 1
),
changed as (
  select
    settled.*,
    lag(settled.state) over (partition by settled.id order by settled.at) as former_state,
    lag(settled.held) over (partition by settled.id order by settled.at) as former_held
  from settled
),
spans as (
  select
    changed.id,
    changed.at as started_at,
    changed.state,
    changed.held,
    lead(changed.at) over (partition by changed.id order by changed.at) as next_at
  from changed
  where changed.former_state is null
    or changed.state is distinct from changed.former_state
    or changed.held is distinct from changed.former_held
),
ended as (
  select
    spans.id,
    spans.state,
    spans.held,
    spans.started_at,
    coalesce(
      spans.next_at,
      case when tickets._deleted_at is not null then greatest(tickets._deleted_at, spans.started_at) end
    ) as ended_at,
    tickets.source
  from spans
  join freshdesk.tickets on tickets.id = spans.id
),
placed as (
  select
    ended.id,
    row_number() over (
      partition by ended.id order by greatest(ended.started_at, group_calendars.begins)
    ) as n,
    ended.state,
    ended.held,
    greatest(ended.started_at, group_calendars.begins) as started_at,
    case
      when ended.ended_at is null or ended.ended_at > group_calendars.ends
        then nullif(group_calendars.ends, timestamptz '2999-01-01 00:00:00+00')
      else ended.ended_at
    end as ended_at,
    group_calendars.calendar_id,
    coalesce(channels.source, 0) as hours_of
  from ended
  left join metrics.group_calendars
    on group_calendars.group_id = coalesce(ended.held.values.group_id, 0)
    and ended.started_at < group_calendars.ends
    and (
      ended.ended_at is null
      or ended.ended_at > group_calendars.begins
      or ended.started_at >= group_calendars.begins
    )
  left join (
    select distinct calendar_slots.calendar_id, calendar_slots.source
    from metrics.calendar_slots
    where calendar_slots.source <> 0
  ) as channels
    on channels.calendar_id = group_calendars.calendar_id
    and channels.source = ended.source
),
begun as (
  select
    placed.*,
    slots.done_seconds + least(
      greatest(epoch(placed.started_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as started_clock
  from placed
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = placed.calendar_id
    and slots.source = placed.hours_of
    and placed.started_at >= slots.starts_at
),
done as (
  select
    begun.*,
    slots.done_seconds + least(
      greatest(epoch(begun.ended_at) - epoch(slots.starts_at), 0),
      epoch(slots.ends_at) - epoch(slots.starts_at)
    ) as ended_clock
  from begun
  asof left join metrics.calendar_slots as slots
    on slots.calendar_id = begun.calendar_id
    and slots.source = begun.hours_of
    and begun.ended_at >= slots.starts_at
)
select
  done.id as ticket_id,
  cast(done.n as integer) as n,
  cast(done.state.status as integer) as status,
  cast(done.state.since as timestamptz) as status_since,
  cast(done.state.exact as boolean) as status_exact,
  cast(done.held.values.group_id as bigint) as group_id,
  cast(done.held.values.agent_id as bigint) as agent_id,
  cast(done.held.seen as boolean) as assignment_known,
  cast(done.held.values.priority as integer) as priority,
  cast(done.held.values.type as varchar) as type,
  cast(done.held.values.tags as varchar[]) as tags,
  cast(done.held.values.in_use as boolean) as in_use,
  done.calendar_id,
  cast(done.hours_of as bigint) as hours_of,
  done.started_at,
  done.ended_at,
  cast(done.started_clock as bigint) as started_clock,
  cast(epoch(done.ended_at) - epoch(done.started_at) as bigint) as seconds,
  cast(done.ended_clock - done.started_clock as bigint) as business_seconds
from done
