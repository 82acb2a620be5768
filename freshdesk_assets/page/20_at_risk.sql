-- At risk now
--
-- Up to twenty tickets that are late, or due within four hours as the service level counts them; the longest overdue
-- first, and ten places for what is only due.
--
-- shown as: table
--
-- ticket [ticket]: Ticket
-- group_name: Group
-- agent [agent]: Agent
-- priority: Priority
-- target: What is due
-- due [due]: Due

with risks as (
  select
    page_tickets.of_group as group_name,
    page_targets.ticket_id,
    page_tickets.agent_id,
    page_tickets.priority,
    case page_targets.target
      when 'first_response' then 'First reply'
      when 'next_response' then 'Next reply'
      else 'Resolution'
    end as target,
    -- What is late is so by Freshdesk's due time; what is left, by the hours of the service level.
    if(
      page_targets.state = 'running_late',
      least(cast(epoch(page_targets.due_at) - epoch(getvariable('page_as_of')) as bigint), 0),
      page_targets.remaining_seconds
    ) as due
  from page_targets
  join page_tickets on page_tickets.ticket_id = page_targets.ticket_id
  where not page_tickets.is_solved
    and (
      page_targets.state = 'running_late'
      or page_targets.state = 'running' and page_targets.remaining_seconds <= 4 * 3600
    )
),
worst as (
  select
    risks.group_name,
    risks.ticket_id,
    risks.agent_id,
    risks.priority,
    risks.target,
    risks.due
  from risks
  qualify row_number() over (partition by risks.ticket_id order by risks.due, risks.target) = 1
),
listed as (
  select
    null as of_group,
    worst.group_name,
    worst.ticket_id,
    worst.agent_id,
    worst.priority,
    worst.target,
    worst.due
  from worst
  union all
  select
    worst.group_name as of_group,
    worst.group_name,
    worst.ticket_id,
    worst.agent_id,
    worst.priority,
    worst.target,
    worst.due
  from worst
),
ranked as (
  select
    listed.of_group,
    listed.ticket_id,
    listed.group_name,
    listed.agent_id,
    listed.priority,
    listed.target,
    listed.due,
    -- Those that are long late must not hide all that can still be saved.
    row_number() over (
      partition by listed.of_group, listed.due < 0
      order by listed.due, listed.ticket_id
    ) > 10 as later
  from listed
)
select
  ranked.of_group,
  ranked.ticket_id as ticket,
  ranked.group_name,
  ranked.agent_id as agent,
  ranked.priority,
  ranked.target,
  ranked.due
from ranked
qualify row_number() over (partition by ranked.of_group order by ranked.later, ranked.due, ranked.ticket_id) <= 20
order by ranked.of_group, ranked.due, ranked.ticket_id
