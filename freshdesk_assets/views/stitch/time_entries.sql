-- One row per entry of time that an agent spent on a ticket, in the shape Stitch gives it. A row that
-- Freshdesk no longer has is kept, because Stitch never removes rows.
--
-- id: Entry's id.
-- updated_at: When it last changed.
-- time_spent: Time spent as hh:mm, cut to the minute: 103 seconds are 00:01.
-- start_time: When the timer was last started.
-- created_at: When the entry was made.
-- executed_at: When the work was done; set by the agent, may be in the future.
-- timer_running: Whether the timer still runs.
-- note: What was done; empty or null if nothing was noted.
-- ticket_id: Ticket the time was spent on. -> stitch.tickets.id
-- billable: Whether it is charged.
-- agent_id: Agent who spent it. -> stitch.agents.id
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  time_entries.id as id,
  time_entries.updated_at as updated_at,
  time_entries.time_spent as time_spent,
  time_entries.start_time as start_time,
  time_entries.created_at as created_at,
  time_entries.executed_at as executed_at,
  time_entries.timer_running as timer_running,
  time_entries.note as note,
  time_entries.ticket_id as ticket_id,
  time_entries.billable as billable,
  time_entries.agent_id as agent_id,
  time_entries._synced_at as _sdc_received_at,
  time_entries._synced_at as _sdc_batched_at,
  cast(epoch_ms(time_entries._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.time_entries
