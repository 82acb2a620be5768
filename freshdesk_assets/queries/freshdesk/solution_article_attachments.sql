-- Which files are attached to articles, the largest first?

select
  solution_articles.title,
  solution_article_attachments.name as file,
  solution_article_attachments.content_type,
  solution_article_attachments.size
from freshdesk.solution_article_attachments
join freshdesk.solution_articles on solution_articles.id = solution_article_attachments.solution_article_id
where solution_article_attachments._deleted_at is null
order by solution_article_attachments.size desc;

-- Which articles were changed after their newest file was uploaded, so that it may be out of date?

select
  solution_articles.title,
  max(solution_article_attachments.created_at) as newest_file_at,
  solution_articles.updated_at
from freshdesk.solution_article_attachments
join freshdesk.solution_articles on solution_articles.id = solution_article_attachments.solution_article_id
where solution_article_attachments._deleted_at is null
group by solution_articles.id, solution_articles.title, solution_articles.updated_at
having solution_articles.updated_at >= max(solution_article_attachments.created_at)
order by solution_articles.title;
