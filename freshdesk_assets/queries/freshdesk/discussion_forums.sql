-- What is each forum for, and who sees it?

select
  discussion_forums.name as forum,
  case discussion_forums.forum_type
    when 1 then 'how to'
    when 2 then 'ideas'
    when 3 then 'problems'
    when 4 then 'announcements'
  end as kind,
  len(discussion_forums.company_ids) as companies,
  discussion_forums.topics_count as topics
from freshdesk.discussion_forums
where discussion_forums._deleted_at is null
order by discussion_forums."position", discussion_forums.name;

-- In how many topics of each forum has nobody answered?

select
  discussion_forums.name as forum,
  count(discussion_topics.id) as topics,
  count(discussion_topics.id) filter (discussion_topics.comments_count <= 1) as without_answer
from freshdesk.discussion_forums
left join freshdesk.discussion_topics
  on discussion_topics.forum_id = discussion_forums.id
  and discussion_topics._deleted_at is null
where discussion_forums._deleted_at is null
group by discussion_forums.id, discussion_forums.name
order by without_answer desc;
