-- One row per ticket and ticket that it is associated with, with what the one is to the other.
--
-- ticket_id: Ticket. -> tickets.id
-- ticket_subject: Subject of the ticket.
-- role: What the ticket is to the other: parent, child, tracker or related; null if Freshdesk does not say.
-- other_ticket_id: The other ticket. -> tickets.id
-- other_ticket_subject: Subject of the other ticket.
-- other_ticket_status_label: Label of the other ticket's status.
-- deleted_in_freshdesk: Whether they are no longer associated.

select
  ticket_associations.ticket_id,
  tickets.subject as ticket_subject,
  case tickets.association_type
    when 1 then 'parent'
    when 2 then 'child'
    when 3 then 'tracker'
    when 4 then 'related'
  end as role,
  ticket_associations.other_ticket_id,
  others.subject as other_ticket_subject,
  statuses.label as other_ticket_status_label,
  ticket_associations._deleted_at is not null as deleted_in_freshdesk
from freshdesk.ticket_associations
left join freshdesk.tickets on tickets.id = ticket_associations.ticket_id
left join freshdesk.tickets as others on others.id = ticket_associations.other_ticket_id
left join relations.choices as statuses on statuses.field = 'status' and statuses.code = others.status
