-- In which order are the policies tried, and which of them are in force?

select
  sla_policies."position",
  sla_policies.name,
  sla_policies.active,
  sla_policies.is_default,
  sla_policies.updated_at
from freshdesk.sla_policies
where sla_policies._deleted_at is null
order by sla_policies."position";

-- How many companies, groups and products does each policy name?

select
  sla_policies.name,
  coalesce(json_array_length(sla_policies.applicable_to -> 'company_ids'), 0) as companies,
  coalesce(json_array_length(sla_policies.applicable_to -> 'group_ids'), 0) as groups,
  coalesce(json_array_length(sla_policies.applicable_to -> 'product_ids'), 0) as products
from freshdesk.sla_policies
where sla_policies._deleted_at is null
order by sla_policies."position";
