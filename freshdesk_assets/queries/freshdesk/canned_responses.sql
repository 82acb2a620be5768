-- Which responses has nobody changed for the longest time?

select
  canned_response_folders.name as folder,
  canned_responses.title,
  canned_responses.updated_at
from freshdesk.canned_responses
left join freshdesk.canned_response_folders on canned_response_folders.id = canned_responses.folder_id
where canned_responses._deleted_at is null
order by canned_responses.updated_at, canned_responses.title
limit 20;

-- Which placeholders do responses use, and how many?

with placeholders as (
  select
    canned_responses.id,
    unnest(regexp_extract_all(canned_responses.content, '\{\{([^}]*)\}\}', 1)) as placeholder
  from freshdesk.canned_responses
  where canned_responses._deleted_at is null
)
select
  trim(placeholders.placeholder) as placeholder,
  count(distinct placeholders.id) as responses
from placeholders
group by all
order by responses desc, placeholder;

-- Who may use the responses: everybody, their authors, or groups?

select
  case canned_responses.visibility
    when 0 then 'all agents'
    when 1 then 'their author'
    when 2 then 'agents of groups'
  end as may_use,
  count(*) as responses
from freshdesk.canned_responses
where canned_responses._deleted_at is null
group by all
order by responses desc;
