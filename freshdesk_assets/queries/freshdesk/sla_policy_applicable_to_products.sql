-- Which products does each policy name, and how many unresolved tickets are about them?

select
  sla_policies.name as policy_name,
  products.name as product_name,
  count(tickets.id) as unresolved_tickets
from freshdesk.sla_policy_applicable_to_products
join freshdesk.sla_policies on sla_policies.id = sla_policy_applicable_to_products.sla_policy_id
left join freshdesk.products on products.id = sla_policy_applicable_to_products.product_id
left join freshdesk.tickets
  on tickets.product_id = sla_policy_applicable_to_products.product_id
  and tickets.status not in (4, 5)
  and not tickets.spam
  and not tickets.deleted
  and tickets._deleted_at is null
where sla_policy_applicable_to_products._deleted_at is null
group by all
order by unresolved_tickets desc;

-- Which products does no policy name?

select products.name as product_name
from freshdesk.products
where products._deleted_at is null
  and not exists (
    select sla_policy_applicable_to_products.product_id
    from freshdesk.sla_policy_applicable_to_products
    where sla_policy_applicable_to_products.product_id = products.id
      and sla_policy_applicable_to_products._deleted_at is null
  )
order by products.name;
