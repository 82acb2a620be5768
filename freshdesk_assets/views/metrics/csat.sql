-- One row per answered satisfaction survey, by its main question.
--
-- rating_id: Rating. -> satisfaction_ratings.id
-- ticket_id: Ticket it is about. -> tickets.id
-- n: Place among the ticket's ratings, from 1.
-- is_first: Whether it is the ticket's first.
-- is_last: Whether it is the ticket's latest.
-- agent_id: Agent rated; null if the ticket had none. -> agents.id
-- group_id: Group rated; null if the ticket had none. -> groups.id
-- company_id: Company of the ticket's requester; null if none. -> companies.id
-- rated_at: When the survey was answered.
-- day: The day of that in the account's zone.
-- value: Answer to the main question, by the codes of satisfaction_ratings.ratings; customers change it at times.
-- label: happy, neutral or unhappy; null where the value is not known.
-- has_comment: Whether the customer left a comment; it is in satisfaction_ratings.feedback.

with valued as (
  select
    satisfaction_ratings.id,
    satisfaction_ratings.ticket_id,
    satisfaction_ratings.agent_id,
    satisfaction_ratings.group_id,
    satisfaction_ratings.created_at,
    satisfaction_ratings.feedback,
    satisfaction_rating_answers.value
  from freshdesk.satisfaction_ratings
  left join freshdesk.satisfaction_rating_answers
    on satisfaction_rating_answers.satisfaction_rating_id = satisfaction_ratings.id
    and satisfaction_rating_answers.question = 'default_question'
  left join freshdesk.tickets on tickets.id = satisfaction_ratings.ticket_id
  where satisfaction_ratings._deleted_at is null or tickets._deleted_at is not null
),
placed as (
  select
    valued.*,
    row_number() over (partition by valued.ticket_id order by valued.created_at, valued.id) as n,
    count(*) over (partition by valued.ticket_id) as ratings
  from valued
)
select
  placed.id as rating_id,
  placed.ticket_id,
  cast(placed.n as integer) as n,
  placed.n = 1 as is_first,
  placed.n = placed.ratings as is_last,
  placed.agent_id,
  placed.group_id,
  tickets.company_id,
  placed.created_at as rated_at,
  cast(placed.created_at at time zone clock.zone as date) as day,
  placed.value,
  cast(
    case
      when placed.value in (1, 101, 102, 103) then 'happy'
      when placed.value in (2, 100) then 'neutral'
      when placed.value in (3, -101, -102, -103) then 'unhappy'
    end as varchar
  ) as label,
  coalesce(trim(placed.feedback), '') <> '' as has_comment
from placed
cross join metrics.clock
left join freshdesk.tickets on tickets.id = placed.ticket_id
