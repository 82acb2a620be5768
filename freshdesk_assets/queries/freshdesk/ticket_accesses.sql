-- To which tickets were people given access beside those who may see them anyway?

select
  tickets.id as ticket_id,
  tickets.subject,
  len(ticket_accesses.user_ids) as people
from freshdesk.ticket_accesses
join freshdesk.tickets on tickets.id = ticket_accesses.id
where ticket_accesses._deleted_at is null
  and len(ticket_accesses.user_ids) > 0
order by people desc, tickets.id
limit 20;

-- How many tickets of each group were opened to others?

select
  coalesce(groups.name, '(no group)') as group_name,
  count(*) as tickets,
  count(*) filter (len(ticket_accesses.user_ids) > 0) as opened_to_others
from freshdesk.ticket_accesses
join freshdesk.tickets on tickets.id = ticket_accesses.id
left join freshdesk.groups on groups.id = tickets.group_id
where ticket_accesses._deleted_at is null
group by group_name
order by opened_to_others desc, group_name;
