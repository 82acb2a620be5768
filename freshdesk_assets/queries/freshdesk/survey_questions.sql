-- What are customers asked at present?

select
  surveys.title,
  survey_questions.label,
  survey_questions."default" as is_main_question
from freshdesk.survey_questions
join freshdesk.surveys on surveys.id = survey_questions.survey_id
where surveys.active
  and survey_questions._deleted_at is null
order by surveys.title, survey_questions."position";

-- How often was each question answered, and how often by an unhappy customer?

select
  survey_questions.label,
  count(satisfaction_rating_answers.value) as answers,
  count(*) filter (satisfaction_rating_answers.value in (-101, -102, -103, 3)) as unhappy
from freshdesk.survey_questions
left join freshdesk.satisfaction_ratings on satisfaction_ratings.survey_id = survey_questions.survey_id
left join freshdesk.satisfaction_rating_answers
  on satisfaction_rating_answers.satisfaction_rating_id = satisfaction_ratings.id
  and satisfaction_rating_answers.question = survey_questions.question
  and satisfaction_rating_answers._deleted_at is null
where survey_questions._deleted_at is null
group by survey_questions.survey_id, survey_questions.question, survey_questions.label
order by answers desc;
