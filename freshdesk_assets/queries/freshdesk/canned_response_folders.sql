-- How many responses are in each folder, and how many does Freshdesk count there?

select
  canned_response_folders.name as folder,
  canned_response_folders.personal,
  count(canned_responses.id) as responses,
  canned_response_folders.responses_count as counted
from freshdesk.canned_response_folders
left join freshdesk.canned_responses
  on canned_responses.folder_id = canned_response_folders.id
  and canned_responses._deleted_at is null
where canned_response_folders._deleted_at is null
group by all
order by responses desc, folder;

-- When was the latest response of each folder written or changed?

select
  canned_response_folders.name as folder,
  max(canned_responses.updated_at) as latest_at,
  count(*) filter (canned_responses.updated_at < now() - interval 1 year) as untouched_for_a_year
from freshdesk.canned_response_folders
join freshdesk.canned_responses on canned_responses.folder_id = canned_response_folders.id
where canned_response_folders._deleted_at is null
  and canned_responses._deleted_at is null
group by canned_response_folders.id, canned_response_folders.name
order by latest_at;
