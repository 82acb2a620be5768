-- How long do tickets stay in a status, from one change that syncs saw to the next?
-- Empty until a sync sees a status change.

with changes as (
  select
    ticket_status_changes.from_status_label,
    ticket_status_changes.to_status_label,
    date_diff(
      'minute',
      lag(ticket_status_changes.changed_at) over (
        partition by ticket_status_changes.ticket_id order by ticket_status_changes.changed_at
      ),
      ticket_status_changes.changed_at
    ) as minutes
  from relations.ticket_status_changes
)
select
  changes.from_status_label,
  changes.to_status_label,
  count(*) as times,
  round(median(changes.minutes) / 60, 1) as median_hours
from changes
group by all
order by times desc;

-- Which tickets were reopened in the last seven days, and who had them then?
-- Empty until a sync sees a ticket reopened.

select
  ticket_status_changes.ticket_id,
  ticket_status_changes.from_status_label,
  ticket_status_changes.to_status_label,
  ticket_status_changes.changed_at,
  ticket_status_changes.agent_name
from relations.ticket_status_changes
where ticket_status_changes.from_status in (4, 5)
  and ticket_status_changes.to_status not in (4, 5)
  and ticket_status_changes.changed_at >= now() - interval 7 days
order by ticket_status_changes.changed_at desc;
