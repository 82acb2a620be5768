-- Which published articles do readers find least helpful?

select
  solution_articles.title,
  solution_articles.thumbs_up,
  solution_articles.thumbs_down,
  solution_articles.hits,
  agents.contact_name as author
from freshdesk.solution_articles
left join freshdesk.agents on agents.id = solution_articles.agent_id
where solution_articles._deleted_at is null
  and solution_articles.status = 2
  and solution_articles.thumbs_down > 0
order by solution_articles.thumbs_down / (solution_articles.thumbs_up + solution_articles.thumbs_down) desc
limit 20;

-- Which drafts have waited longest to be published?

select
  solution_articles.title,
  agents.contact_name as author,
  solution_articles.updated_at
from freshdesk.solution_articles
left join freshdesk.agents on agents.id = solution_articles.agent_id
where solution_articles._deleted_at is null
  and solution_articles.status = 1
order by solution_articles.updated_at;

-- Which articles are read most and have not been changed for half a year?

select
  solution_articles.title,
  solution_articles.hits,
  solution_articles.updated_at
from freshdesk.solution_articles
where solution_articles._deleted_at is null
  and solution_articles.updated_at < now() - interval 6 months
order by solution_articles.hits desc
limit 20;
