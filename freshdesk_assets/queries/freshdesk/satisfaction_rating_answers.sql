-- How was each question of the surveys answered?

select
  survey_questions.label,
  count(*) filter (satisfaction_rating_answers.value in (101, 102, 103, 1)) as happy,
  count(*) filter (satisfaction_rating_answers.value in (100, 2)) as neutral,
  count(*) filter (satisfaction_rating_answers.value in (-101, -102, -103, 3)) as unhappy
from freshdesk.satisfaction_rating_answers
join freshdesk.satisfaction_ratings
  on satisfaction_ratings.id = satisfaction_rating_answers.satisfaction_rating_id
left join freshdesk.survey_questions
  on survey_questions.survey_id = satisfaction_ratings.survey_id
  and survey_questions.question = satisfaction_rating_answers.question
where satisfaction_rating_answers._deleted_at is null
group by survey_questions.label
order by unhappy desc;

-- Which customers were happy on the whole, yet unhappy with something?

select
  satisfaction_ratings.ticket_id,
  survey_questions.label as unhappy_with,
  satisfaction_ratings.feedback
from freshdesk.satisfaction_rating_answers
join freshdesk.satisfaction_rating_answers as main_answers
  on main_answers.satisfaction_rating_id = satisfaction_rating_answers.satisfaction_rating_id
  and main_answers.question = 'default_question'
join freshdesk.satisfaction_ratings
  on satisfaction_ratings.id = satisfaction_rating_answers.satisfaction_rating_id
left join freshdesk.survey_questions
  on survey_questions.survey_id = satisfaction_ratings.survey_id
  and survey_questions.question = satisfaction_rating_answers.question
where satisfaction_rating_answers.question <> 'default_question'
  and satisfaction_rating_answers.value in (-101, -102, -103, 3)
  and main_answers.value in (101, 102, 103, 1)
  and satisfaction_rating_answers._deleted_at is null
order by satisfaction_ratings.created_at desc;
