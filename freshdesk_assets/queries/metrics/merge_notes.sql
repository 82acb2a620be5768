-- How many tickets were closed with a note that names a number?

select
  merge_notes.is_marked,
  count(distinct merge_notes.ticket_id) as tickets
from metrics.merge_notes
group by merge_notes.is_marked
order by merge_notes.is_marked;

-- Which closing notes name a number that is a ticket, though it is no sure sign that one was merged?

select
  merge_notes.ticket_id,
  merge_notes.number,
  merge_notes.at
from metrics.merge_notes
join freshdesk.tickets on tickets.id = merge_notes.number
left join metrics.ticket_merges on ticket_merges.ticket_id = merge_notes.ticket_id
where ticket_merges.ticket_id is null
order by merge_notes.at desc, merge_notes.ticket_id, merge_notes.number
limit 20;
