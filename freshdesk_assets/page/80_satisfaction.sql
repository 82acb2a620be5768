-- Satisfaction
--
-- Share of ratings that are happy, per week, with how many there were; the size of a point follows that.
--
-- width: half
--
-- week: Week of
-- ratings: Ratings
-- happy: Happy
-- share [share]: Share happy
-- comments: With a comment

select
  page_ratings.of_group,
  cast(date_trunc('week', page_ratings.day) as date) as week,
  count(*) as ratings,
  count(*) filter (where page_ratings.label = 'happy') as happy,
  count(*) filter (where page_ratings.label = 'happy') / count(*) as share,
  count(*) filter (where page_ratings.has_comment) as comments
from page_ratings
group by grouping sets ((1, 2), (2))
order by 1, 2
