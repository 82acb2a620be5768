-- One row per group of agents, in the shape Stitch gives it: auto_ticket_assign and business_hour_id hold the
-- same whether the account has Freshdesk's old groups page or its new one. A row that Freshdesk no longer has
-- is kept, because Stitch never removes rows.
--
-- id: Group's id.
-- updated_at: When it last changed.
-- auto_ticket_assign: Whether tickets are assigned automatically.
-- business_hour_id: Business hours the group works in; null if none of its own.
-- description: What the group does.
-- escalate_to: Agent notified when a ticket waits too long; null if none. -> stitch.agents.id
-- name: Group's name.
-- unassigned_for: How long a ticket waits before escalate_to is told: 30m, 1h, …, 3d; also seen: 30.
-- created_at: When the group was created.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  groups.id as id,
  groups.updated_at as updated_at,
  coalesce(
    case groups.auto_ticket_assign ->> '$'
      when 'true' then true
      when 'false' then false
      else try_cast(groups.auto_ticket_assign ->> '$' as integer) <> 0
    end,
    groups.automatic_agent_assignment_enabled
  ) as auto_ticket_assign,
  coalesce(groups.business_hour_id, groups.business_calendar_id) as business_hour_id,
  groups.description as description,
  groups.escalate_to as escalate_to,
  groups.name as name,
  groups.unassigned_for as unassigned_for,
  groups.created_at as created_at,
  groups._synced_at as _sdc_received_at,
  groups._synced_at as _sdc_batched_at,
  cast(epoch_ms(groups._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.groups
