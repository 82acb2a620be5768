-- By which ways must a ticket come in for each policy to apply?

select
  sla_policies.name as policy_name,
  sources.label as source
from freshdesk.sla_policy_applicable_to_sources
join freshdesk.sla_policies on sla_policies.id = sla_policy_applicable_to_sources.sla_policy_id
left join relations.choices as sources
  on sources.field = 'source'
  and sources.code = sla_policy_applicable_to_sources.source
where sla_policy_applicable_to_sources._deleted_at is null
order by sla_policies."position", sources.label;

-- How many tickets of the last thirty days came in by ways that no policy names, and how many were late?

select
  sources.label as source,
  count(*) as tickets,
  count(*) filter (tickets.is_escalated) as late
from freshdesk.tickets
left join relations.choices as sources
  on sources.field = 'source'
  and sources.code = tickets.source
where tickets.created_at >= now() - interval 30 days
  and not tickets.spam
  and not tickets.deleted
  and not exists (
    select sla_policy_applicable_to_sources.source
    from freshdesk.sla_policy_applicable_to_sources
    where sla_policy_applicable_to_sources.source = tickets.source
      and sla_policy_applicable_to_sources._deleted_at is null
  )
group by sources.label
order by tickets desc;
