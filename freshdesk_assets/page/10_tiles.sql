-- This morning
--
-- Usual is the median of the same weekday in the eight weeks before. Overdue tickets are past their resolution's due
-- time; due soon is any answer or resolution that is due within four hours, as the service level counts them.
--
-- shown as: tiles
--
-- tile: Figure
-- value: Value
-- unit: Unit
-- note: Beside it

with tickets as (
  select
    page_tickets.of_group,
    page_tickets.ticket_id,
    page_tickets.agent_id
  from page_tickets
  where not page_tickets.is_solved
),
due as (
  select
    tickets.of_group,
    tickets.ticket_id,
    bool_or(page_targets.target = 'resolution' and page_targets.state = 'running_late') as overdue,
    bool_or(page_targets.target <> 'resolution' and page_targets.state = 'running_late') as late_reply,
    bool_or(page_targets.state = 'running' and page_targets.remaining_seconds <= 4 * 3600) as soon
  from tickets
  join page_targets on page_targets.ticket_id = tickets.ticket_id
  where page_targets.state in ('running', 'running_late')
  group by all
),
days as (
  select
    cast(page_clock.today - cast(1 + 7 * weeks.ago as integer) as date) as day,
    weeks.ago
  from page_clock, range(0, 9) as weeks (ago)
  where page_clock.today - cast(1 + 7 * weeks.ago as integer) >= page_clock.since
),
volume as (
  select
    page_events.of_group,
    page_events.day,
    sum(page_events.counted) filter (where page_events.kind = 'created') as created,
    sum(page_events.counted) filter (where page_events.kind = 'resolved') as resolved,
    sum(page_events.counted) filter (where page_events.kind = 'reopened') as reopened
  from page_events
  where page_events.day in (select days.day from days)
    and page_events.kind in ('created', 'resolved', 'reopened')
  group by grouping sets ((1, 2), (2))
),
ratings as (
  select
    page_ratings.of_group,
    count(*) as ratings,
    count(*) filter (where page_ratings.label = 'happy') as happy
  from page_ratings
  where page_ratings.day > getvariable('page_today') - 7
  group by grouping sets ((1), ())
),
shown as (
  select '' as of_group
  union
  select tickets.of_group from tickets
  union
  select volume.of_group from volume where volume.of_group is not null
  union
  select ratings.of_group from ratings where ratings.of_group is not null
),
by_day as (
  select
    shown.of_group,
    days.ago,
    coalesce(volume.created, 0) as created,
    coalesce(volume.resolved, 0) as resolved,
    coalesce(volume.reopened, 0) as reopened
  from shown
  cross join days
  left join volume on volume.day = days.day and coalesce(volume.of_group, '') = shown.of_group
),
usual as (
  select
    by_day.of_group,
    max(by_day.created) filter (where by_day.ago = 0) as created,
    max(by_day.resolved) filter (where by_day.ago = 0) as resolved,
    max(by_day.reopened) filter (where by_day.ago = 0) as reopened,
    median(by_day.created) filter (where by_day.ago > 0) as usually_created,
    median(by_day.resolved) filter (where by_day.ago > 0) as usually_resolved
  from by_day
  group by all
),
opened as (
  select
    coalesce(tickets.of_group, '') as of_group,
    count(*) as open,
    count(*) filter (where tickets.agent_id is null) as unassigned
  from tickets
  group by grouping sets ((tickets.of_group), ())
),
dues as (
  select
    coalesce(due.of_group, '') as of_group,
    count(*) filter (where due.overdue) as overdue,
    count(*) filter (where due.late_reply) as late_reply,
    count(*) filter (where due.soon) as soon
  from due
  group by grouping sets ((due.of_group), ())
),
figures as (
  select
    shown.of_group,
    page_clock.today is not null as is_known,
    -- Without a single due time nothing is known of what is late.
    exists (from due) as dues_known,
    strftime(page_clock.today - 1, '%A') as yesterday,
    coalesce(opened.open, 0) as open,
    coalesce(opened.unassigned, 0) as unassigned,
    coalesce(dues.overdue, 0) as overdue,
    coalesce(dues.late_reply, 0) as late_reply,
    coalesce(dues.soon, 0) as soon,
    usual.created,
    usual.resolved,
    usual.reopened,
    usual.usually_created,
    usual.usually_resolved,
    coalesce(ratings.ratings, 0) as ratings,
    ratings.happy
  from shown
  cross join page_clock
  left join opened on opened.of_group = shown.of_group
  left join dues on dues.of_group = shown.of_group
  left join usual on usual.of_group = shown.of_group
  left join ratings on coalesce(ratings.of_group, '') = shown.of_group
)
select
  nullif(figures.of_group, '') as of_group,
  tile.tile,
  cast(tile.value as double) as value,
  tile.unit,
  tile.note
from figures
cross join lateral (
  values
    (1, 'Open', if(figures.is_known, figures.open, null), 'number', null),
    (2, 'Unassigned', if(figures.is_known, figures.unassigned, null), 'number', null),
    (
      3, 'Overdue', if(figures.dues_known, figures.overdue, null), 'number',
      if(figures.dues_known, 'late replies: ' || figures.late_reply, null)
    ),
    (4, 'Due within 4 h', if(figures.dues_known, figures.soon, null), 'number', null),
    (
      5, 'Created yesterday', figures.created, 'number',
      'usual ' || figures.yesterday || ': ' || coalesce(format('{:g}', figures.usually_created), '–')
    ),
    (
      6, 'Resolved yesterday', figures.resolved, 'number',
      'usual ' || figures.yesterday || ': ' || coalesce(format('{:g}', figures.usually_resolved), '–')
    ),
    (7, 'Reopened yesterday', figures.reopened, 'number', null),
    (8, 'Happy, 7 days', figures.happy / nullif(figures.ratings, 0), 'share', 'ratings: ' || figures.ratings)
) as tile (place, tile, value, unit, note)
order by figures.of_group, tile.place
