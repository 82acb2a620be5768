-- One row per company, group, product, source or ticket type that an SLA policy applies to, by name.
--
-- A policy without any row here applies to all tickets that reach it.
--
-- sla_policy_id: Policy. -> sla_policies.id
-- sla_policy_name: Name of the policy.
-- kind: company, group, product, source or ticket type.
-- id: Id of the company, group or product, or code of the source; null for ticket types.
-- name: Name of the company, group, product or source, or the ticket type.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

with applications as (
  select
    sla_policy_applicable_to_companies.sla_policy_id,
    'company' as kind,
    sla_policy_applicable_to_companies.company_id as id,
    companies.name as name,
    sla_policy_applicable_to_companies._deleted_at
  from freshdesk.sla_policy_applicable_to_companies
  left join freshdesk.companies on companies.id = sla_policy_applicable_to_companies.company_id
  union all
  select
    sla_policy_applicable_to_groups.sla_policy_id,
    'group' as kind,
    sla_policy_applicable_to_groups.group_id as id,
    groups.name as name,
    sla_policy_applicable_to_groups._deleted_at
  from freshdesk.sla_policy_applicable_to_groups
  left join freshdesk.groups on groups.id = sla_policy_applicable_to_groups.group_id
  union all
  select
    sla_policy_applicable_to_products.sla_policy_id,
    'product' as kind,
    sla_policy_applicable_to_products.product_id as id,
    products.name as name,
    sla_policy_applicable_to_products._deleted_at
  from freshdesk.sla_policy_applicable_to_products
  left join freshdesk.products on products.id = sla_policy_applicable_to_products.product_id
  union all
  select
    sla_policy_applicable_to_sources.sla_policy_id,
    'source' as kind,
    sla_policy_applicable_to_sources.source as id,
    choices.label as name,
    sla_policy_applicable_to_sources._deleted_at
  from freshdesk.sla_policy_applicable_to_sources
  left join relations.choices
    on choices.field = 'source'
    and choices.code = sla_policy_applicable_to_sources.source
  union all
  select
    sla_policy_applicable_to_ticket_types.sla_policy_id,
    'ticket type' as kind,
    cast(null as bigint) as id,
    sla_policy_applicable_to_ticket_types.ticket_type as name,
    sla_policy_applicable_to_ticket_types._deleted_at
  from freshdesk.sla_policy_applicable_to_ticket_types
)
select
  applications.sla_policy_id,
  sla_policies.name as sla_policy_name,
  applications.kind,
  applications.id,
  applications.name,
  applications._deleted_at is not null as deleted_in_freshdesk
from applications
left join freshdesk.sla_policies on sla_policies.id = applications.sla_policy_id
