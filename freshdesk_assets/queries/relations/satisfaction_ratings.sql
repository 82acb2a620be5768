-- How content are customers with each group?

select
  satisfaction_ratings.group_name,
  count(*) as ratings,
  round(100.0 * count(*) filter (satisfaction_ratings.rating_label = 'happy') / count(*)) as percent_happy,
  round(100.0 * count(*) filter (satisfaction_ratings.rating_label = 'unhappy') / count(*))
    as percent_unhappy
from relations.satisfaction_ratings
where not satisfaction_ratings.deleted_in_freshdesk
group by satisfaction_ratings.group_name
order by percent_happy;

-- Which customers were unhappy in the last fourteen days, with whom, and what did they write?

select
  satisfaction_ratings.created_at,
  satisfaction_ratings.ticket_id,
  satisfaction_ratings.ticket_subject,
  satisfaction_ratings.user_name,
  satisfaction_ratings.agent_name,
  satisfaction_ratings.feedback
from relations.satisfaction_ratings
where satisfaction_ratings.rating_label = 'unhappy'
  and satisfaction_ratings.created_at >= now() - interval 14 days
  and not satisfaction_ratings.deleted_in_freshdesk
order by satisfaction_ratings.created_at desc;

-- Are customers less happy the longer the first response took?

select
  case
    when tickets.first_responded_at <= tickets.created_at + interval 1 hour then 'within an hour'
    when tickets.first_responded_at <= tickets.created_at + interval 1 day then 'within a day'
    when tickets.first_responded_at is not null then 'later'
    else 'none'
  end as first_response,
  count(*) as ratings,
  round(100.0 * count(*) filter (satisfaction_ratings.rating_label = 'happy') / count(*)) as percent_happy
from relations.satisfaction_ratings
join relations.tickets on tickets.id = satisfaction_ratings.ticket_id
where not satisfaction_ratings.deleted_in_freshdesk
group by first_response
order by min(tickets.first_responded_at - tickets.created_at);
