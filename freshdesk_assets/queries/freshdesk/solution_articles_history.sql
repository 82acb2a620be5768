-- Whose votes against have grown most since a week ago, and how often were they read in that week?

with week_ago as (
  select
    solution_articles_history.id,
    solution_articles_history.thumbs_down,
    solution_articles_history.hits
  from freshdesk.solution_articles_history
  where solution_articles_history.valid_from <= now() - interval 7 days
    and coalesce(solution_articles_history.valid_to > now() - interval 7 days, true)
)
select
  solution_articles.title,
  solution_articles.thumbs_down - week_ago.thumbs_down as votes_against,
  solution_articles.hits - week_ago.hits as views
from week_ago
join freshdesk.solution_articles on solution_articles.id = week_ago.id
where solution_articles._deleted_at is null
order by votes_against desc, views desc
limit 20;

-- How many views and votes had each article at each change that a sync saw?

select
  solution_articles.title,
  solution_articles_history.valid_from,
  solution_articles_history.hits,
  solution_articles_history.thumbs_up,
  solution_articles_history.thumbs_down,
  solution_articles_history.suggested
from freshdesk.solution_articles_history
join freshdesk.solution_articles on solution_articles.id = solution_articles_history.id
order by solution_articles.title, solution_articles_history.valid_from;
