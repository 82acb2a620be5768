-- One row per day, group, channel, type and product: what happened to tickets, in the group that they were in then.
--
-- Spam and tickets in the trash do not count. Every day has a row for each of these in which something happened.
--
-- day: Day in the account's zone.
-- group_id: Group of the ticket then; null if none. -> groups.id
-- group_name: Name of the group.
-- source: Channel.
-- source_label: Label of the channel.
-- type: Kind of request then; null if none.
-- product_id: Product; null if none. -> products.id
-- product_name: Name of the product.
-- created: Tickets created.
-- resolved: Tickets resolved, or closed without, whenever they were created.
-- closed: Tickets closed.
-- reopened: Tickets reopened.
-- agent_replies: Public messages of agents.
-- customer_messages: Messages of customers after the first.

with counted as (
  select
    cast(ticket_events.at at time zone clock.zone as date) as day,
    ticket_events.group_id,
    tickets.source,
    ticket_events.type,
    tickets.product_id,
    count(*) filter (ticket_events.kind = 'created') as created,
    count(*) filter (ticket_events.kind = 'resolved') as resolved,
    count(*) filter (ticket_events.kind = 'closed') as closed,
    count(*) filter (ticket_events.kind = 'reopened') as reopened,
    count(*) filter (ticket_events.kind = 'agent_reply') as agent_replies,
    count(*) filter (ticket_events.kind = 'customer_message') as customer_messages
  from metrics.ticket_events
  cross join metrics.clock
  join freshdesk.tickets on tickets.id = ticket_events.ticket_id
  where ticket_events.kind <> 'note'
    and not coalesce(tickets.spam, false)
    and not coalesce(tickets.deleted, false)
  group by all
)
select
  counted.day,
  counted.group_id,
  groups.name as group_name,
  counted.source,
  sources.label as source_label,
  counted.type,
  counted.product_id,
  products.name as product_name,
  counted.created,
  counted.resolved,
  counted.closed,
  counted.reopened,
  counted.agent_replies,
  counted.customer_messages
from counted
left join freshdesk.groups on groups.id = counted.group_id
left join freshdesk.products on products.id = counted.product_id
left join relations.choices as sources
  on sources.field = 'source'
  and sources.code = counted.source
