-- Which published articles do readers find least helpful?

select
  solution_articles.title,
  solution_articles.folder_path,
  solution_articles.agent_name,
  solution_articles.thumbs_up,
  solution_articles.thumbs_down,
  round(100 * solution_articles.helpful_share) as percent_helpful
from relations.solution_articles
where solution_articles.status = 2
  and solution_articles.thumbs_up + solution_articles.thumbs_down > 0
  and not solution_articles.deleted_in_freshdesk
order by solution_articles.helpful_share, solution_articles.thumbs_down desc;

-- How many articles, drafts and views does each category have?

select
  solution_articles.category_name,
  count(*) as articles,
  count(*) filter (solution_articles.status = 1) as drafts,
  sum(solution_articles.hits) as views
from relations.solution_articles
where not solution_articles.deleted_in_freshdesk
group by solution_articles.category_name
order by views desc;
