-- How many comments did agents write, and how many did customers, in each forum?

select
  discussion_forums.name as forum,
  count(*) filter (agents.id is not null) as by_agents,
  count(*) filter (agents.id is null) as by_customers
from freshdesk.discussion_comments
join freshdesk.discussion_forums on discussion_forums.id = discussion_comments.forum_id
left join freshdesk.agents on agents.id = discussion_comments.user_id
where discussion_comments._deleted_at is null
group by discussion_forums.id, discussion_forums.name
order by by_customers desc;

-- Whose comments answered a topic?

select
  coalesce(agents.contact_name, contacts.name) as author,
  count(*) as answers
from freshdesk.discussion_comments
left join freshdesk.agents on agents.id = discussion_comments.user_id
left join freshdesk.contacts on contacts.id = discussion_comments.user_id
where discussion_comments._deleted_at is null
  and discussion_comments.answer
group by author
order by answers desc;
