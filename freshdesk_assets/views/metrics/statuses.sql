-- One row per status: whom a ticket in it waits for, and whether the clock of the resolution stands still.
--
-- Freshdesk does not send the clock's switch. It is what FRESHDESK_STOPPED_STATUSES says; else what due times in
-- the history tell, if they do: when a ticket leaves a status that stops the clock, its due time moves on by the
-- time it stood still. Else it is stopped in Pending, Resolved, Closed and Waiting on Customer.
--
-- Kept as a table.
--
-- status: Status, as freshdesk.tickets has it.
-- label: Label of the status.
-- waits_on: us, customer, third_party, or nobody for one that is solved.
-- clock_stopped: Whether the clock of the resolution stands still.
-- clock_from: How that is known: setting, learned or default.
-- times_moved: How many tickets were seen to leave it with a due time that had moved on.
-- times_stayed: How many were seen to leave it, after ten minutes or more, with the same due time.

with known as (
  select
    cast(choices.code as integer) as status,
    choices.label
  from relations.choices
  where choices.field = 'status'
  union
  select
    tickets_history.status,
    null
  from freshdesk.tickets_history
  where tickets_history.status is not null
    and not exists (
      select 1
      from relations.choices
      where choices.field = 'status' and choices.code = tickets_history.status
    )
),
states as (
  select
    tickets_history.id,
    tickets_history.status,
    tickets_history.due_by,
    tickets_history.priority,
    tickets_history.group_id,
    tickets_history.type,
    tickets_history.status_updated_at,
    lag(tickets_history.status) over former as former_status,
    lag(tickets_history.due_by) over former as former_due_by,
    lag(tickets_history.priority) over former as former_priority,
    lag(tickets_history.group_id) over former as former_group_id,
    lag(tickets_history.type) over former as former_type,
    lag(tickets_history.status_updated_at) over former as former_status_updated_at
  from freshdesk.tickets_history
  window former as (partition by tickets_history.id order by tickets_history.valid_from)
),
left_behind as (
  select
    states.former_status as status,
    states.due_by > states.former_due_by + interval 1 minute as moved
  from states
  where states.former_status not in (4, 5)
    and states.status <> states.former_status
    and states.former_due_by is not null
    and states.due_by is not null
    and states.priority is not distinct from states.former_priority
    and states.group_id is not distinct from states.former_group_id
    and states.type is not distinct from states.former_type
    and states.status_updated_at > states.former_status_updated_at + interval 10 minute
),
seen as (
  select
    left_behind.status,
    count(*) filter (left_behind.moved) as moved,
    count(*) filter (not left_behind.moved) as stayed
  from left_behind
  group by left_behind.status
),
said as (
  select
    known.status,
    known.label,
    coalesce(bool_or(rules.waits_on = 'customer'), false) as on_customer,
    coalesce(bool_or(rules.waits_on = 'third_party'), false) as on_third_party,
    coalesce(bool_or(rules.clock_stopped), false) as stopped,
    (select coalesce(bool_or(given.clock_stopped and given.given), false) from freshdesk_meta.status_rules as given)
      as is_set
  from known
  left join freshdesk_meta.status_rules as rules
    on lower(rules.status) in (lower(known.label), cast(known.status as varchar))
  group by known.status, known.label
)
select
  said.status,
  said.label,
  case
    when said.status in (4, 5) then 'nobody'
    when said.on_customer then 'customer'
    when said.on_third_party then 'third_party'
    else 'us'
  end as waits_on,
  case
    when said.status in (4, 5) then true
    when said.is_set then said.stopped
    when seen.moved >= 5 and seen.moved >= 4 * seen.stayed then true
    when seen.stayed >= 5 and seen.stayed >= 4 * seen.moved then false
    else said.stopped
  end as clock_stopped,
  case
    when said.is_set then 'setting'
    when said.status not in (4, 5) and seen.moved >= 5 and seen.moved >= 4 * seen.stayed then 'learned'
    when said.status not in (4, 5) and seen.stayed >= 5 and seen.stayed >= 4 * seen.moved then 'learned'
    else 'default'
  end as clock_from,
  coalesce(seen.moved, 0) as times_moved,
  coalesce(seen.stayed, 0) as times_stayed
from said
left join seen on seen.status = said.status
