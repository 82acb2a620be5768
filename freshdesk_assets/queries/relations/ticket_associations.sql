-- Which tickets are tracked by which tracker, and are they still open?

select
  ticket_associations.ticket_id as tracker_id,
  ticket_associations.ticket_subject,
  count(*) as related,
  count(*) filter (ticket_associations.other_ticket_status_label not in ('Resolved', 'Closed')) as still_open
from relations.ticket_associations
where ticket_associations.role = 'tracker'
  and not ticket_associations.deleted_in_freshdesk
group by ticket_associations.ticket_id, ticket_associations.ticket_subject
order by still_open desc, related desc;

-- Which children of a parent are there?

select
  ticket_associations.ticket_id as parent_id,
  ticket_associations.ticket_subject,
  ticket_associations.other_ticket_id as child_id,
  ticket_associations.other_ticket_subject,
  ticket_associations.other_ticket_status_label
from relations.ticket_associations
where ticket_associations.role = 'parent'
  and not ticket_associations.deleted_in_freshdesk
order by ticket_associations.ticket_id, ticket_associations.other_ticket_id;
