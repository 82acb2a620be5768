-- What is the path of each folder, and how many articles are in it?

with recursive paths as (
  select
    solution_folders.id,
    solution_categories.name || ' > ' || solution_folders.name as path
  from freshdesk.solution_folders
  join freshdesk.solution_categories on solution_categories.id = solution_folders.category_id
  where solution_folders.parent_folder_id is null
    and solution_folders._deleted_at is null
  union all
  select
    solution_folders.id,
    paths.path || ' > ' || solution_folders.name as path
  from freshdesk.solution_folders
  join paths on paths.id = solution_folders.parent_folder_id
  where solution_folders._deleted_at is null
)
select
  paths.path,
  count(solution_articles.id) as articles
from paths
left join freshdesk.solution_articles
  on solution_articles.folder_id = paths.id
  and solution_articles._deleted_at is null
group by paths.id, paths.path
order by paths.path;

-- Which folders have nothing in them that a customer could read?

select solution_folders.name
from freshdesk.solution_folders
left join freshdesk.solution_articles
  on solution_articles.folder_id = solution_folders.id
  and solution_articles.status = 2
  and solution_articles._deleted_at is null
where solution_folders._deleted_at is null
  and solution_articles.id is null
order by solution_folders.name;

-- Which folders are not for everybody?

select
  solution_folders.name,
  case solution_folders.visibility
    when 2 then 'who is signed in'
    when 3 then 'agents'
    when 4 then 'companies'
    when 5 then 'bots'
    when 6 then 'contact segments'
    when 7 then 'company segments'
  end as seen_by
from freshdesk.solution_folders
where solution_folders._deleted_at is null
  and solution_folders.visibility <> 1
order by solution_folders.visibility, solution_folders.name;
