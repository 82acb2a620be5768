-- One row per answered survey, with its ticket, agent, group and the answer to its main question.
--
-- All its answers are in relations.satisfaction_rating_answers.
--
-- id: Rating's id.
-- survey_id: Survey that was answered. -> surveys.id
-- survey_title: Title of the survey.
-- ticket_id: Ticket it is about. -> tickets.id
-- ticket_subject: Subject of the ticket.
-- user_id: Contact who answered, or an agent. -> relations.people.id
-- user_name: Name of who answered.
-- agent_id: Agent rated; null if the ticket had none. -> agents.id
-- agent_name: Name of the agent rated.
-- group_id: Group rated; null if the ticket had none. -> groups.id
-- group_name: Name of the group rated.
-- rating: Answer to the main question, by its code.
-- rating_label: happy, neutral or unhappy.
-- answers: All its answers, each as question and happy, neutral or unhappy.
-- feedback: Comment left with the rating.
-- created_at: When the survey was answered.
-- updated_at: When the answer last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with answers as (
  select
    satisfaction_rating_answers.satisfaction_rating_id,
    cast(
      list(
        concat(satisfaction_rating_answers.question_label, ': ', satisfaction_rating_answers.value_label)
        order by satisfaction_rating_answers.question
      ) as varchar[]
    ) as said
  from relations.satisfaction_rating_answers
  group by satisfaction_rating_answers.satisfaction_rating_id
)
select
  satisfaction_ratings.id,
  satisfaction_ratings.survey_id,
  surveys.title as survey_title,
  satisfaction_ratings.ticket_id,
  tickets.subject as ticket_subject,
  satisfaction_ratings.user_id,
  people.name as user_name,
  satisfaction_ratings.agent_id,
  agents.contact_name as agent_name,
  satisfaction_ratings.group_id,
  groups.name as group_name,
  main_answers.value as rating,
  case
    when main_answers.value in (101, 102, 103, 1) then 'happy'
    when main_answers.value in (100, 2) then 'neutral'
    when main_answers.value in (-101, -102, -103, 3) then 'unhappy'
  end as rating_label,
  answers.said as answers,
  satisfaction_ratings.feedback,
  satisfaction_ratings.created_at,
  satisfaction_ratings.updated_at,
  satisfaction_ratings._deleted_at is not null as deleted_in_freshdesk
from freshdesk.satisfaction_ratings
left join freshdesk.surveys on surveys.id = satisfaction_ratings.survey_id
left join freshdesk.tickets on tickets.id = satisfaction_ratings.ticket_id
left join relations.people on people.id = satisfaction_ratings.user_id
left join freshdesk.agents on agents.id = satisfaction_ratings.agent_id
left join freshdesk.groups on groups.id = satisfaction_ratings.group_id
left join answers on answers.satisfaction_rating_id = satisfaction_ratings.id
left join freshdesk.satisfaction_rating_answers as main_answers
  on main_answers.satisfaction_rating_id = satisfaction_ratings.id
  and main_answers.question = 'default_question'
