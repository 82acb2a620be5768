-- How many tickets were closed with a note that names a number?

select
  merge_notes.is_marked,
  count(distinct merge_notes.ticket_id) as tickets
from metrics.merge_notes
group by merge_notes.is_marked
order by merge_notes.is_marked;
