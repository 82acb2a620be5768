-- How was each question answered, in each month?

select
  date_trunc('month', satisfaction_rating_answers.answered_at at time zone 'UTC') as month,
  satisfaction_rating_answers.question_label,
  satisfaction_rating_answers.value_label,
  count(*) as answers
from relations.satisfaction_rating_answers
where not satisfaction_rating_answers.deleted_in_freshdesk
group by all
order by month desc, satisfaction_rating_answers.question_label, answers desc;

-- Which tickets had only unhappy answers?

select
  tickets.id,
  tickets.subject,
  tickets.agent_name,
  list(satisfaction_rating_answers.question_label order by satisfaction_rating_answers.question) as questions
from relations.satisfaction_rating_answers
join relations.tickets on tickets.id = satisfaction_rating_answers.ticket_id
where not satisfaction_rating_answers.deleted_in_freshdesk
group by all
having bool_and(satisfaction_rating_answers.value_label = 'unhappy')
order by tickets.id desc;
