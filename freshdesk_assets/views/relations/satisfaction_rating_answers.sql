-- One row per answered question, with the question as customers saw it and the answer in a word.
--
-- satisfaction_rating_id: Row of satisfaction_ratings it is part of. -> satisfaction_ratings.id
-- survey_id: Survey that was answered. -> surveys.id
-- ticket_id: Ticket it is about. -> tickets.id
-- question: default_question or question_<id>, as in survey_questions.
-- question_label: Question as customers see it.
-- value: Answer, by the codes of satisfaction_ratings.ratings.
-- value_label: happy, neutral or unhappy.
-- answered_at: When the survey was answered.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  satisfaction_rating_answers.satisfaction_rating_id,
  satisfaction_ratings.survey_id,
  satisfaction_ratings.ticket_id,
  satisfaction_rating_answers.question,
  survey_questions.label as question_label,
  satisfaction_rating_answers.value,
  case
    when satisfaction_rating_answers.value in (101, 102, 103, 1) then 'happy'
    when satisfaction_rating_answers.value in (100, 2) then 'neutral'
    when satisfaction_rating_answers.value in (-101, -102, -103, 3) then 'unhappy'
  end as value_label,
  satisfaction_ratings.created_at as answered_at,
  satisfaction_rating_answers._deleted_at is not null as deleted_in_freshdesk
from freshdesk.satisfaction_rating_answers
left join freshdesk.satisfaction_ratings
  on satisfaction_ratings.id = satisfaction_rating_answers.satisfaction_rating_id
left join freshdesk.survey_questions
  on survey_questions.survey_id = satisfaction_ratings.survey_id
  and survey_questions.question = satisfaction_rating_answers.question
