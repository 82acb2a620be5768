-- Which files do agents send along with a response, the largest first?

select
  canned_responses.title,
  canned_response_attachments.name as file,
  canned_response_attachments.content_type,
  canned_response_attachments.size
from freshdesk.canned_response_attachments
join freshdesk.canned_responses on canned_responses.id = canned_response_attachments.canned_response_id
where canned_response_attachments._deleted_at is null
order by canned_response_attachments.size desc;

-- Which files are attached to several responses, and which of them are older than the others?

select
  canned_response_attachments.name as file,
  count(distinct canned_response_attachments.canned_response_id) as responses,
  min(canned_response_attachments.created_at) as oldest_at,
  max(canned_response_attachments.created_at) as latest_at
from freshdesk.canned_response_attachments
where canned_response_attachments._deleted_at is null
group by canned_response_attachments.name
having count(distinct canned_response_attachments.canned_response_id) > 1
order by responses desc, file;
