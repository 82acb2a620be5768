-- One row per article of the knowledge base, with where it is, who wrote it, and what readers made of it.
--
-- id: Article's id.
-- title: Title.
-- status: 1 Draft, 2 Published.
-- status_label: Label of the status.
-- type: 1 Permanent, 2 Workaround.
-- category_id: Category it is in. -> solution_categories.id
-- category_name: Name of the category.
-- folder_id: Folder it is in. -> solution_folders.id
-- folder_path: Names of the folders that lead to it, outermost first.
-- visibility: Who sees the folder: 1 All, 2 Who is signed in, 3 Agents, 4 Companies, 5 Bots, 6 Contact segments,
--     7 Company segments.
-- agent_id: Agent who wrote it. -> agents.id
-- agent_name: Name of the agent.
-- tags: Tags.
-- thumbs_up: Readers who found it helpful, so far.
-- thumbs_down: Readers who did not, so far.
-- helpful_share: Share of the readers who judged it that found it helpful, from 0 to 1; null if none did.
-- hits: Views, so far.
-- suggested: How often it was suggested, so far.
-- feedback_count: Comments of readers, so far.
-- attachments: How many files are attached.
-- created_at: When the article was written.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with recursive paths as (
  select
    solution_folders.id,
    [solution_folders.name] as path
  from freshdesk.solution_folders
  where solution_folders.parent_folder_id is null
  union all
  select
    solution_folders.id,
    list_append(paths.path, solution_folders.name) as path
  from paths
  join freshdesk.solution_folders on solution_folders.parent_folder_id = paths.id
  -- Folders that were moved into each other between two calls lead nowhere.
  where len(paths.path) < 20
),
attached as (
  select
    solution_article_attachments.solution_article_id,
    count(*) as files
  from freshdesk.solution_article_attachments
  group by solution_article_attachments.solution_article_id
)
select
  solution_articles.id,
  solution_articles.title,
  solution_articles.status,
  case solution_articles.status
    when 1 then 'Draft'
    when 2 then 'Published'
  end as status_label,
  solution_articles.type,
  solution_articles.category_id,
  solution_categories.name as category_name,
  solution_articles.folder_id,
  paths.path as folder_path,
  solution_folders.visibility,
  solution_articles.agent_id,
  agents.contact_name as agent_name,
  solution_articles.tags,
  solution_articles.thumbs_up,
  solution_articles.thumbs_down,
  cast(solution_articles.thumbs_up as double)
  / nullif(solution_articles.thumbs_up + solution_articles.thumbs_down, 0) as helpful_share,
  solution_articles.hits,
  solution_articles.suggested,
  solution_articles.feedback_count,
  coalesce(attached.files, 0) as attachments,
  solution_articles.created_at,
  solution_articles.updated_at,
  solution_articles._deleted_at is not null as deleted_in_freshdesk
from freshdesk.solution_articles
left join freshdesk.solution_folders on solution_folders.id = solution_articles.folder_id
left join freshdesk.solution_categories on solution_categories.id = solution_articles.category_id
left join freshdesk.agents on agents.id = solution_articles.agent_id
left join paths on paths.id = solution_articles.folder_id
left join attached on attached.solution_article_id = solution_articles.id
