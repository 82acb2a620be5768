-- Which topics are most wanted, by votes and views?

select
  discussion_topics.title,
  discussion_topics.user_votes,
  discussion_topics.hits,
  discussion_topics.comments_count
from freshdesk.discussion_topics
where discussion_topics._deleted_at is null
order by discussion_topics.user_votes desc, discussion_topics.hits desc
limit 20;

-- Which topics has nobody but their author written in, and for how many days?

select
  discussion_topics.title,
  contacts.name as opened_by,
  date_diff('day', discussion_topics.created_at, now()) as days
from freshdesk.discussion_topics
left join freshdesk.contacts on contacts.id = discussion_topics.user_id
where discussion_topics._deleted_at is null
  and discussion_topics.published
  and discussion_topics.comments_count <= 1
order by days desc;
