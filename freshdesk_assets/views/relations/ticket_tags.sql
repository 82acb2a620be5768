-- One row per tag of a ticket, with what tags are counted by.
--
-- ticket_id: Ticket that has the tag. -> tickets.id
-- tag: Tag, as Freshdesk has it.
-- normalised_tag: The tag in lower case, without blanks around it: 'VIP' and 'vip' are one.
-- group_id: Group the ticket is assigned to; null if none. -> groups.id
-- group_name: Name of that group.
-- ticket_created_at: When the ticket was created.
-- is_current: Whether the ticket counts: neither spam nor in the trash, and Freshdesk still has it.

select
  ticket_tags.ticket_id,
  ticket_tags.tag,
  lower(trim(ticket_tags.tag)) as normalised_tag,
  tickets.group_id,
  groups.name as group_name,
  tickets.created_at as ticket_created_at,
  tickets._deleted_at is null
    and not coalesce(tickets.deleted, false)
    and not coalesce(tickets.spam, false) as is_current
from freshdesk.ticket_tags
join freshdesk.tickets on tickets.id = ticket_tags.ticket_id
left join freshdesk.groups on groups.id = tickets.group_id
where ticket_tags._deleted_at is null
