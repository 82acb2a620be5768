-- How many articles have each tag, and how often are they read?

select
  solution_article_tags.tag,
  count(*) as articles,
  sum(solution_articles.hits) as views
from freshdesk.solution_article_tags
join freshdesk.solution_articles on solution_articles.id = solution_article_tags.solution_article_id
where solution_article_tags._deleted_at is null
group by solution_article_tags.tag
order by articles desc, solution_article_tags.tag;

-- Which tags do tickets have most often, and how many articles have the same?

with articles as (
  select
    solution_article_tags.tag,
    count(*) as articles
  from freshdesk.solution_article_tags
  where solution_article_tags._deleted_at is null
  group by solution_article_tags.tag
)
select
  ticket_tags.tag,
  count(distinct ticket_tags.ticket_id) as tickets,
  coalesce(max(articles.articles), 0) as articles
from freshdesk.ticket_tags
left join articles on articles.tag = ticket_tags.tag
where ticket_tags._deleted_at is null
group by ticket_tags.tag
order by tickets desc, ticket_tags.tag;
