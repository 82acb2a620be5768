-- Which articles were read most in the last thirty days?
-- Empty until a second sync sees that one was read.

select
  solution_articles_daily.title,
  sum(solution_articles_daily.hits) as views,
  sum(solution_articles_daily.thumbs_up) as thumbs_up,
  sum(solution_articles_daily.thumbs_down) as thumbs_down
from relations.solution_articles_daily
where solution_articles_daily.day >= current_date - 30
group by solution_articles_daily.article_id, solution_articles_daily.title
order by views desc
limit 20;

-- How many views did the knowledge base have per tickets created, week by week?

with views as (
  select
    date_trunc('week', solution_articles_daily.day) as week,
    sum(solution_articles_daily.hits) as views
  from relations.solution_articles_daily
  group by all
),
created as (
  select
    date_trunc('week', tickets.created_at at time zone 'UTC') as week,
    count(*) as tickets
  from freshdesk.tickets
  group by all
)
select
  created.week,
  views.views,
  created.tickets,
  round(views.views / created.tickets, 1) as views_per_ticket
from created
left join views on views.week = created.week
order by created.week desc;
