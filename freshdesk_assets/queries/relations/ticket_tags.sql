-- Which tags were given most in each month, however they are spelled?

select
  date_trunc('month', ticket_tags.ticket_created_at at time zone 'UTC') as month,
  ticket_tags.normalised_tag,
  count(distinct ticket_tags.ticket_id) as tickets
from relations.ticket_tags
where ticket_tags.is_current
group by all
order by month desc, tickets desc;

-- Which tags does each group use?

select
  ticket_tags.group_name,
  ticket_tags.normalised_tag,
  count(distinct ticket_tags.ticket_id) as tickets
from relations.ticket_tags
where ticket_tags.is_current
group by all
order by ticket_tags.group_name, tickets desc;
