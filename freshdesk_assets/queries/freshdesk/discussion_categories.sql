-- How many topics and comments are there in each category?

select
  discussion_categories.name as category,
  count(*) as forums,
  sum(discussion_forums.topics_count) as topics,
  sum(coalesce(discussion_forums.comments_count, discussion_forums.posts_count)) as comments
from freshdesk.discussion_categories
join freshdesk.discussion_forums on discussion_forums.forum_category_id = discussion_categories.id
where discussion_categories._deleted_at is null
  and discussion_forums._deleted_at is null
group by discussion_categories.id, discussion_categories.name
order by topics desc;

-- When did somebody last write in each category?

select
  discussion_categories.name as category,
  max(discussion_topics.replied_at) as last_written_at
from freshdesk.discussion_categories
left join freshdesk.discussion_forums on discussion_forums.forum_category_id = discussion_categories.id
left join freshdesk.discussion_topics on discussion_topics.forum_id = discussion_forums.id
where discussion_categories._deleted_at is null
group by discussion_categories.id, discussion_categories.name
order by last_written_at desc nulls last;
