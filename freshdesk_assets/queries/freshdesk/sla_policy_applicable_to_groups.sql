-- Which groups have policies of their own, and in which order are these tried?

select
  groups.name as group_name,
  list(sla_policies.name order by sla_policies."position") as policies
from freshdesk.sla_policy_applicable_to_groups
join freshdesk.sla_policies on sla_policies.id = sla_policy_applicable_to_groups.sla_policy_id
left join freshdesk.groups on groups.id = sla_policy_applicable_to_groups.group_id
where sla_policies.active
  and sla_policy_applicable_to_groups._deleted_at is null
group by groups.name
order by groups.name;

-- Which groups does no policy name, so that other conditions or the default one decide?

select groups.name as group_name
from freshdesk.groups
where groups._deleted_at is null
  and not exists (
    select sla_policy_applicable_to_groups.group_id
    from freshdesk.sla_policy_applicable_to_groups
    where sla_policy_applicable_to_groups.group_id = groups.id
      and sla_policy_applicable_to_groups._deleted_at is null
  )
order by groups.name;
