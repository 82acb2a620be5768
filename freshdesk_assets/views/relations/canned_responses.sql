-- One row per canned response, with its folder and the groups whose agents may use it.
--
-- Its text is in freshdesk.canned_responses.
--
-- id: Response's id.
-- title: Title that agents see.
-- folder_id: Folder it is in. -> canned_response_folders.id
-- folder_name: Name of the folder.
-- visibility: Who may use it: 0 All agents, 1 Its author, 2 Agents of groups.
-- visibility_label: The same in words.
-- group_names: Names of the groups, with visibility 2.
-- attachments: How many files are attached.
-- created_at: When the response was written.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with allowed as (
  select
    canned_response_groups.canned_response_id,
    list(groups.name order by groups.name) as names
  from freshdesk.canned_response_groups
  join freshdesk.groups on groups.id = canned_response_groups.group_id
  group by canned_response_groups.canned_response_id
),
attached as (
  select
    canned_response_attachments.canned_response_id,
    count(*) as files
  from freshdesk.canned_response_attachments
  group by canned_response_attachments.canned_response_id
)
select
  canned_responses.id,
  canned_responses.title,
  canned_responses.folder_id,
  canned_response_folders.name as folder_name,
  canned_responses.visibility,
  case canned_responses.visibility
    when 0 then 'All agents'
    when 1 then 'Its author'
    when 2 then 'Agents of groups'
  end as visibility_label,
  allowed.names as group_names,
  coalesce(attached.files, 0) as attachments,
  canned_responses.created_at,
  canned_responses.updated_at,
  canned_responses._deleted_at is not null as deleted_in_freshdesk
from freshdesk.canned_responses
left join freshdesk.canned_response_folders on canned_response_folders.id = canned_responses.folder_id
left join allowed on allowed.canned_response_id = canned_responses.id
left join attached on attached.canned_response_id = canned_responses.id
