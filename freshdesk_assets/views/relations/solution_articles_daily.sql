-- One row per article and day on which a sync saw its counters move, with by how much.
--
-- Freshdesk sends how often an article was read so far. What lies between two syncs counts for the later's day.
--
-- day: Day in UTC.
-- article_id: Article. -> solution_articles.id
-- title: Title of the article, as it is now.
-- hits: Views since the reading before.
-- thumbs_up: Readers since then who found it helpful.
-- thumbs_down: Readers since then who did not.
-- suggested: How often it was suggested since then.

with readings as (
  select
    solution_articles_history.id,
    solution_articles_history._synced_at,
    solution_articles_history.hits,
    solution_articles_history.thumbs_up,
    solution_articles_history.thumbs_down,
    solution_articles_history.suggested,
    lag(solution_articles_history.hits) over states as former_hits,
    lag(solution_articles_history.thumbs_up) over states as former_thumbs_up,
    lag(solution_articles_history.thumbs_down) over states as former_thumbs_down,
    lag(solution_articles_history.suggested) over states as former_suggested,
    row_number() over states as place
  from freshdesk.solution_articles_history
  window states as (
    partition by solution_articles_history.id order by solution_articles_history.valid_from
  )
)
select
  cast(readings._synced_at at time zone 'UTC' as date) as day,
  readings.id as article_id,
  any_value(solution_articles.title) as title,
  cast(sum(greatest(readings.hits - readings.former_hits, 0)) as bigint) as hits,
  cast(sum(greatest(readings.thumbs_up - readings.former_thumbs_up, 0)) as bigint) as thumbs_up,
  cast(sum(greatest(readings.thumbs_down - readings.former_thumbs_down, 0)) as bigint) as thumbs_down,
  cast(sum(greatest(readings.suggested - readings.former_suggested, 0)) as bigint) as suggested
from readings
left join freshdesk.solution_articles on solution_articles.id = readings.id
-- Of the first reading nobody knows since when.
where readings.place > 1
group by all
