-- Which parents and trackers have the most tickets below them that are not resolved?

select
  heads.id,
  heads.subject,
  count(*) as unresolved
from freshdesk.ticket_associations
join freshdesk.tickets as heads on heads.id = ticket_associations.ticket_id
join freshdesk.tickets as members on members.id = ticket_associations.other_ticket_id
where ticket_associations._deleted_at is null
  and heads.association_type in (1, 3)
  and members.status not in (4, 5)
group by heads.id, heads.subject
order by unresolved desc, heads.id
limit 20;

-- How many children does each unresolved parent wait for, and since when?

select
  parents.id,
  parents.subject,
  count(*) as children,
  count(*) filter (children.status not in (4, 5)) as unresolved,
  min(children.created_at) filter (children.status not in (4, 5)) as oldest_at
from freshdesk.ticket_associations
join freshdesk.tickets as parents on parents.id = ticket_associations.ticket_id
join freshdesk.tickets as children on children.id = ticket_associations.other_ticket_id
where ticket_associations._deleted_at is null
  and parents.association_type = 1
  and parents.status not in (4, 5)
group by parents.id, parents.subject
order by unresolved desc, parents.id;

-- How many companies does each tracker touch?

select
  trackers.id,
  trackers.subject,
  count(distinct affected.company_id) as companies,
  count(*) as tickets
from freshdesk.ticket_associations
join freshdesk.tickets as trackers on trackers.id = ticket_associations.ticket_id
join freshdesk.tickets as affected on affected.id = ticket_associations.other_ticket_id
where ticket_associations._deleted_at is null
  and trackers.association_type = 3
group by trackers.id, trackers.subject
order by companies desc, tickets desc;
