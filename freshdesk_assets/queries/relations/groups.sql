-- Who is in each group, who is told when a ticket waits there, and by which hours does it work?

select
  groups.name,
  groups.agent_names,
  groups.escalate_to_name,
  groups.unassigned_for,
  groups.business_hours_name
from relations.groups
where not groups.deleted_in_freshdesk
order by groups.name;

-- Which groups have tickets, but no agents?

select
  groups.name,
  count(*) as unresolved_tickets,
  min(tickets.created_at) as oldest
from relations.groups
join relations.tickets on tickets.group_id = groups.id
where groups.agents = 0
  and not groups.deleted_in_freshdesk
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and not tickets.deleted_in_freshdesk
group by groups.id, groups.name
order by unresolved_tickets desc;

-- What part of each group's tickets of the last thirty days has been late, to be answered and to be resolved?

select
  groups.name,
  count(*) as tickets,
  round(100.0 * count(*) filter (tickets.fr_escalated) / count(*)) as percent_answered_late,
  round(100.0 * count(*) filter (tickets.is_escalated) / count(*)) as percent_resolved_late
from relations.groups
join relations.tickets on tickets.group_id = groups.id
where tickets.created_at >= now() - interval 30 days
  and not tickets.spam
  and not tickets.deleted
group by groups.id, groups.name
order by percent_resolved_late desc;
