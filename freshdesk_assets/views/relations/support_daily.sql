-- One row per day, with the tickets opened and resolved, those left open, response times and satisfaction.
--
-- Days are days in UTC. Tickets that are spam, in the trash or no longer in Freshdesk do not count.
--
-- day: Day in UTC, from the first on which a stored ticket was opened until today.
-- tickets_opened: Tickets opened on that day.
-- tickets_resolved: Tickets resolved for the last time on that day, or closed without; reopened ones are not.
-- tickets_open: Tickets neither resolved nor closed at the end of the day; one that was reopened since counts
--     as open all the time.
-- first_responses: Tickets first answered by an agent on that day; outbound e-mail does not count.
-- first_response_hours_median: Median of the hours from their opening to that answer; null if there is none.
-- ratings: Satisfaction surveys answered on that day.
-- percent_happy: Share of them that are happy, in percent; null if there is none.

with counted as (
  select
    cast(tickets.created_at at time zone 'UTC' as date) as opened_on,
    case
      when tickets.status in (4, 5)
        then cast(
          coalesce(tickets.resolved_at, tickets.closed_at, tickets.updated_at) at time zone 'UTC' as date
        )
    end as resolved_on,
    case
      when tickets.source is distinct from 10
        then cast(tickets.first_responded_at at time zone 'UTC' as date)
    end as answered_on,
    (epoch(tickets.first_responded_at) - epoch(tickets.created_at)) / 3600 as hours
  from freshdesk.tickets
  where not coalesce(tickets.spam, false)
    and not coalesce(tickets.deleted, false)
    and tickets._deleted_at is null
    and tickets.created_at is not null
),
days as (
  select cast(unnest(generate_series(
    min(counted.opened_on),
    cast(now() at time zone 'UTC' as date),
    interval 1 day
  )) as date) as day
  from counted
),
opened as (
  select
    counted.opened_on as day,
    count(*) as tickets
  from counted
  group by counted.opened_on
),
resolved as (
  select
    counted.resolved_on as day,
    count(*) as tickets
  from counted
  where counted.resolved_on is not null
  group by counted.resolved_on
),
answered as (
  select
    counted.answered_on as day,
    count(*) as tickets,
    median(counted.hours) as hours
  from counted
  where counted.answered_on is not null
  group by counted.answered_on
),
rated as (
  select
    cast(satisfaction_ratings.created_at at time zone 'UTC' as date) as day,
    count(*) as ratings,
    count(*) filter (satisfaction_ratings.rating_label = 'happy') as happy
  from relations.satisfaction_ratings
  where not satisfaction_ratings.deleted_in_freshdesk
  group by cast(satisfaction_ratings.created_at at time zone 'UTC' as date)
)
select
  days.day,
  coalesce(opened.tickets, 0) as tickets_opened,
  coalesce(resolved.tickets, 0) as tickets_resolved,
  cast(
    sum(coalesce(opened.tickets, 0) - coalesce(resolved.tickets, 0)) over (order by days.day) as bigint
  ) as tickets_open,
  coalesce(answered.tickets, 0) as first_responses,
  round(answered.hours, 2) as first_response_hours_median,
  coalesce(rated.ratings, 0) as ratings,
  round(100.0 * rated.happy / rated.ratings, 1) as percent_happy
from days
left join opened on opened.day = days.day
left join resolved on resolved.day = days.day
left join answered on answered.day = days.day
left join rated on rated.day = days.day
