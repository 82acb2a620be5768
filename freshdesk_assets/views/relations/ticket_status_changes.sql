-- One row per change of a ticket's status that syncs saw, and when it was.
--
-- Of the statuses between two syncs only the last is known: a ticket that was resolved and reopened in
-- between has no row for it. Changes before the first sync are not known.
--
-- ticket_id: Ticket number, as customers see it. -> tickets.id
-- from_status: Status before, as freshdesk.tickets has it.
-- from_status_label: Label of that status.
-- to_status: Status after.
-- to_status_label: Label of that status.
-- changed_at: When the status changed, if Freshdesk says so; else the ticket's last change that the sync saw.
-- exact: Whether Freshdesk says when it changed: one of the ticket's own times lies between the two states.
-- seen_at: When the replica stored the ticket with the new status.
-- agent_id: Agent it was assigned to then; null if none. -> agents.id
-- agent_name: Name of that agent, as it is now.
-- group_id: Group it was assigned to then; null if none. -> groups.id
-- group_name: Name of that group, as it is now.

with states as (
  select
    tickets_history.id,
    tickets_history.status,
    tickets_history.status_updated_at,
    tickets_history.responder_id,
    tickets_history.group_id,
    tickets_history.valid_from,
    tickets_history._synced_at,
    lag(tickets_history.status) over (
      partition by tickets_history.id order by tickets_history.valid_from
    ) as former_status,
    lag(tickets_history.valid_from) over (
      partition by tickets_history.id order by tickets_history.valid_from
    ) as former_from
  from freshdesk.tickets_history
),
changes as (
  select
    states.id,
    states.former_status,
    states.status,
    states.responder_id,
    states.group_id,
    states.valid_from,
    states._synced_at,
    -- The ticket has its latest times only: they are of this change if they lie between the two states.
    case
      when states.status_updated_at > states.former_from and states.status_updated_at <= states.valid_from
        then states.status_updated_at
      when states.status = 5 and tickets.closed_at > states.former_from
        and tickets.closed_at <= states.valid_from
        then tickets.closed_at
      when states.status = 4 and tickets.resolved_at > states.former_from
        and tickets.resolved_at <= states.valid_from
        then tickets.resolved_at
      when states.former_status in (4, 5) and states.status not in (4, 5)
        and tickets.reopened_at > states.former_from and tickets.reopened_at <= states.valid_from
        then tickets.reopened_at
    end as told_at
  from states
  join freshdesk.tickets on tickets.id = states.id
  where states.former_status <> states.status
)
select
  changes.id as ticket_id,
  changes.former_status as from_status,
  former_statuses.label as from_status_label,
  changes.status as to_status,
  statuses.label as to_status_label,
  coalesce(changes.told_at, changes.valid_from) as changed_at,
  changes.told_at is not null as exact,
  changes._synced_at as seen_at,
  changes.responder_id as agent_id,
  agents.contact_name as agent_name,
  changes.group_id,
  groups.name as group_name
from changes
left join relations.choices as former_statuses
  on former_statuses.field = 'status'
  and former_statuses.code = changes.former_status
left join relations.choices as statuses
  on statuses.field = 'status'
  and statuses.code = changes.status
left join freshdesk.agents on agents.id = changes.responder_id
left join freshdesk.groups on groups.id = changes.group_id
