-- How many articles are published, and how many are drafts, in each category?

select
  solution_categories.name as category,
  count(solution_articles.id) filter (solution_articles.status = 2) as published,
  count(solution_articles.id) filter (solution_articles.status = 1) as drafts
from freshdesk.solution_categories
left join freshdesk.solution_articles
  on solution_articles.category_id = solution_categories.id
  and solution_articles._deleted_at is null
where solution_categories._deleted_at is null
group by solution_categories.id, solution_categories.name
order by published desc, category;

-- How often were the articles of each category read, and how often found helpful?

select
  solution_categories.name as category,
  sum(solution_articles.hits) as views,
  sum(solution_articles.thumbs_up) as helpful,
  sum(solution_articles.thumbs_down) as not_helpful
from freshdesk.solution_categories
join freshdesk.solution_articles on solution_articles.category_id = solution_categories.id
where solution_articles._deleted_at is null
group by solution_categories.id, solution_categories.name
order by views desc;
