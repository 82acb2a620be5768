-- Which canned responses have not been touched for a year?

select
  canned_responses.folder_name,
  canned_responses.title,
  canned_responses.visibility_label,
  canned_responses.updated_at
from relations.canned_responses
where canned_responses.updated_at < now() - interval 1 year
  and not canned_responses.deleted_in_freshdesk
order by canned_responses.updated_at;

-- How many responses may the agents of each group use, beside those for all?

select
  used.group_name,
  count(*) as responses
from (
  select unnest(canned_responses.group_names) as group_name
  from relations.canned_responses
  where canned_responses.visibility = 2
    and not canned_responses.deleted_in_freshdesk
) as used
group by used.group_name
order by responses desc;
