-- How many tickets are open in each group, and how old are they?
select group_name, count(*) as open_tickets, round(median(age_hours), 1) as median_age_hours
from relations.tickets
where is_current and status not in (4, 5)
group by group_name
order by open_tickets desc, group_name;

-- How long did the first response take each week: half of the tickets, and nine in ten?
select
  date_trunc('week', created_at at time zone 'UTC') as week,
  count(*) as tickets,
  count(first_response_hours) as answered,
  round(quantile_cont(first_response_hours, 0.5), 2) as median_hours,
  round(quantile_cont(first_response_hours, 0.9), 2) as p90_hours
from relations.tickets
where is_current
group by week
order by week desc;

-- How long does resolution take by priority, by the clock?
select
  priority_label,
  count(*) as resolved,
  round(median(resolution_hours), 2) as median_hours,
  round(quantile_cont(resolution_hours, 0.9), 2) as p90_hours
from relations.tickets
where is_current and resolution_hours is not null
group by priority, priority_label
order by priority desc;

-- Which agents had late first responses: as Freshdesk flagged them, and by comparing the times?
select
  agent_name,
  count(*) as tickets,
  count(*) filter (fr_escalated) as flagged,
  count(*) filter (coalesce(first_responded_at, now()) > fr_due_by) as after_due_time
from relations.tickets
where is_current
group by agent_id, agent_name
order by after_due_time desc, agent_name;

-- Which unresolved tickets are past their due time?
select id, subject, group_name, agent_name, priority_label, due_by
from relations.tickets
where is_current and status not in (4, 5) and due_by < now()
order by due_by;

-- How were agents rated?
select
  agent_name,
  count(*) as ratings,
  count(*) filter (rating_label = 'happy') as happy,
  count(*) filter (rating_label = 'neutral') as neutral,
  count(*) filter (rating_label = 'unhappy') as unhappy
from relations.satisfaction_ratings
where not deleted_in_freshdesk
group by agent_id, agent_name
order by ratings desc, agent_name;

-- How many tickets were created and resolved on each day?
with days as (
  select cast(created_at at time zone 'UTC' as date) as day, 1 as created, 0 as resolved
  from relations.tickets
  where is_current
  union all
  select cast(resolved_at at time zone 'UTC' as date), 0, 1
  from relations.tickets
  where is_current and resolved_at is not null
)
select day, sum(created) as created, sum(resolved) as resolved
from days
group by day
order by day desc;

-- How large was the backlog at the end of each of the last thirty days?
select
  cast(days.day as date) as day,
  count(tickets.id) as unresolved
from generate_series(
  date_trunc('day', now() at time zone 'UTC') - interval 29 days,
  date_trunc('day', now() at time zone 'UTC'),
  interval 1 day
) as days(day)
left join relations.tickets
  on tickets.is_current
  and tickets.created_at at time zone 'UTC' < days.day + interval 1 day
  and (
    tickets.status not in (4, 5)
    or coalesce(tickets.resolved_at, tickets.closed_at) at time zone 'UTC' >= days.day + interval 1 day
  )
group by days.day
order by days.day desc;

-- Which tickets were reopened, and when last?
select id, subject, agent_name, status_label, reopened_at
from relations.tickets
where is_current and reopened_at is not null
order by reopened_at desc;

-- How much time was spent for each company, and how much of it is billable?
select
  company_name,
  round(sum(hours_spent), 2) as hours,
  round(coalesce(sum(hours_spent) filter (billable), 0), 2) as billable_hours
from relations.time_entries
where not deleted_in_freshdesk
group by company_id, company_name
order by hours desc;

-- Which tags were given most, however they are spelled?
select normalised_tag, count(distinct ticket_id) as tickets
from relations.ticket_tags
where is_current
group by normalised_tag
order by tickets desc, normalised_tag;

-- Which tags grew from one month to the next?
with months as (
  select
    date_trunc('month', ticket_created_at at time zone 'UTC') as month,
    normalised_tag,
    count(distinct ticket_id) as tickets
  from relations.ticket_tags
  where is_current
  group by all
)
select
  month,
  normalised_tag,
  tickets,
  tickets - lag(tickets) over (partition by normalised_tag order by month) as change
from months
order by month desc, tickets desc, normalised_tag;

-- Who wrote most for each company?
select tickets.company_name, conversations.author_name, count(*) as messages
from relations.conversations
join relations.tickets on tickets.id = conversations.ticket_id
where conversations.author_kind = 'contact'
  and tickets.company_id is not null
  and tickets.is_current
  and not conversations.deleted_in_freshdesk
group by tickets.company_id, tickets.company_name, conversations.author_id, conversations.author_name
qualify row_number() over (partition by tickets.company_id order by count(*) desc, conversations.author_id) <= 3
order by tickets.company_name, messages desc;

-- By which channel do tickets come in?
select source_label, count(*) as tickets
from relations.tickets
where is_current
group by source, source_label
order by tickets desc, source;

-- What kinds of request does each group get?
select group_name, type, count(*) as tickets
from relations.tickets
where is_current
group by group_id, group_name, type
order by group_name, tickets desc, type;

-- How many replies and notes did each agent write?
select
  author_name,
  count(*) filter (not private) as public_messages,
  count(*) filter (private) as private_notes
from relations.conversations
where author_kind = 'agent' and not deleted_in_freshdesk
group by author_id, author_name
order by public_messages desc, author_name;

-- On which unresolved tickets did the customer write last?
select id, subject, agent_name, requester_name, requester_responded_at
from relations.tickets
where is_current
  and status not in (4, 5)
  and requester_responded_at is not null
  and requester_responded_at > coalesce(agent_responded_at, created_at)
order by requester_responded_at;

-- How many messages does a resolved ticket take, by group?
with counted as (
  select ticket_id, count(*) as messages
  from relations.conversations
  where not private and not deleted_in_freshdesk
  group by ticket_id
)
select
  tickets.group_name,
  count(*) as resolved,
  round(avg(coalesce(counted.messages, 0)), 1) as messages_per_ticket
from relations.tickets
left join counted on counted.ticket_id = tickets.id
where tickets.is_current and tickets.status in (4, 5)
group by tickets.group_id, tickets.group_name
order by messages_per_ticket desc;

-- Which unresolved tickets has nobody taken?
select id, subject, group_name, priority_label, round(age_hours, 1) as age_hours
from relations.tickets
where is_current and status not in (4, 5) and agent_id is null
order by priority desc, created_at;

-- As of when is what I see: each table and view, and all of it?
select coalesce(schema_name || '.' || name, 'all') as what, min(as_of) as as_of
from freshdesk_meta.as_of
group by grouping sets ((schema_name, name), ())
order by what;
