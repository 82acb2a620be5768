-- How many tickets are there about each product in each month?

select
  date_trunc('month', tickets.created_at at time zone 'UTC') as month,
  products.name as product_name,
  count(*) as tickets
from freshdesk.products
join freshdesk.tickets on tickets.product_id = products.id
where not tickets.spam
  and not tickets.deleted
group by all
order by month desc, tickets desc;

-- About which products are tickets late most often?

select
  products.name as product_name,
  count(tickets.id) as tickets,
  round(100.0 * count(*) filter (tickets.is_escalated) / nullif(count(tickets.id), 0)) as percent_late
from freshdesk.products
left join freshdesk.tickets
  on tickets.product_id = products.id
  and not tickets.spam
  and not tickets.deleted
where products._deleted_at is null
group by products.id, products.name
order by percent_late desc;
