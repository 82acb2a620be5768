-- Who is on the team, in which groups, and when were they last active?

select
  agents.name,
  agents.email,
  agents.group_names,
  agents.role_names,
  agents.last_active_at
from relations.agents
where not agents.deleted_in_freshdesk
order by agents.name;

-- How many tickets did each agent resolve in the last thirty days, and how did customers rate them?

with resolutions as (
  select
    tickets.agent_id,
    count(*) as tickets
  from relations.tickets
  where tickets.resolved_at >= now() - interval 30 days
    and tickets.status in (4, 5)
    and not tickets.spam
    and not tickets.deleted
  group by tickets.agent_id
),
verdicts as (
  select
    satisfaction_ratings.agent_id,
    count(*) filter (satisfaction_ratings.rating_label = 'happy') as happy,
    count(*) filter (satisfaction_ratings.rating_label = 'unhappy') as unhappy
  from relations.satisfaction_ratings
  where satisfaction_ratings.created_at >= now() - interval 30 days
    and not satisfaction_ratings.deleted_in_freshdesk
  group by satisfaction_ratings.agent_id
)
select
  agents.name,
  coalesce(resolutions.tickets, 0) as resolved,
  coalesce(verdicts.happy, 0) as happy,
  coalesce(verdicts.unhappy, 0) as unhappy
from relations.agents
left join resolutions on resolutions.agent_id = agents.id
left join verdicts on verdicts.agent_id = agents.id
where not agents.deleted_in_freshdesk
order by resolved desc, agents.name;
