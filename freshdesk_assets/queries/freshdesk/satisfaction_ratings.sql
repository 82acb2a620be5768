-- What part of the answers was happy, and what part unhappy, in each month?

with answers as (
  select
    date_trunc('month', satisfaction_ratings.created_at at time zone 'UTC') as month,
    cast(satisfaction_ratings.ratings ->> 'default_question' as integer) as code
  from freshdesk.satisfaction_ratings
  where satisfaction_ratings._deleted_at is null
)
select
  answers.month,
  count(*) as ratings,
  round(100.0 * count(*) filter (answers.code in (101, 102, 103, 1)) / count(*)) as percent_happy,
  round(100.0 * count(*) filter (answers.code in (-101, -102, -103, 3)) / count(*)) as percent_unhappy
from answers
group by answers.month
order by answers.month;

-- What did unhappy customers write?

select
  satisfaction_ratings.created_at,
  satisfaction_ratings.ticket_id,
  agents.contact_name as agent_name,
  satisfaction_ratings.feedback
from freshdesk.satisfaction_ratings
left join freshdesk.agents on agents.id = satisfaction_ratings.agent_id
where cast(satisfaction_ratings.ratings ->> 'default_question' as integer) in (-101, -102, -103, 3)
  and satisfaction_ratings.feedback <> ''
  and satisfaction_ratings._deleted_at is null
order by satisfaction_ratings.created_at desc;

-- How many of each group's resolved tickets were rated at all?

with rated_tickets as (
  select distinct satisfaction_ratings.ticket_id
  from freshdesk.satisfaction_ratings
  where satisfaction_ratings._deleted_at is null
)
select
  groups.name as group_name,
  count(*) as resolved,
  count(rated_tickets.ticket_id) as rated
from freshdesk.tickets
left join freshdesk.groups on groups.id = tickets.group_id
left join rated_tickets on rated_tickets.ticket_id = tickets.id
where tickets.status in (4, 5)
  and not tickets.spam
  and not tickets.deleted
group by groups.name
order by resolved desc;
