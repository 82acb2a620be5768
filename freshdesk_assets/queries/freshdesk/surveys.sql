-- Which surveys are being sent, and how many answers has each had?

select
  surveys.title,
  surveys.active,
  count(satisfaction_ratings.id) as answers,
  max(satisfaction_ratings.created_at) as latest_at
from freshdesk.surveys
left join freshdesk.satisfaction_ratings
  on satisfaction_ratings.survey_id = surveys.id
  and satisfaction_ratings._deleted_at is null
where surveys._deleted_at is null
group by surveys.id, surveys.title, surveys.active
order by answers desc;

-- How many customers answered each survey in each week, and how many of them left a comment?

select
  date_trunc('week', satisfaction_ratings.created_at at time zone 'UTC') as week,
  surveys.title,
  count(*) as answers,
  count(nullif(satisfaction_ratings.feedback, '')) as with_comment
from freshdesk.surveys
join freshdesk.satisfaction_ratings on satisfaction_ratings.survey_id = surveys.id
where satisfaction_ratings._deleted_at is null
group by all
order by week desc, answers desc;
