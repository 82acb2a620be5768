-- One row per entry of time that an agent spent on a ticket, in the shape SyncHub gives it.
--
-- RemoteID: Entry's id, as text.
-- WhenUpsertedIntoDataStore: When the replica last wrote the row.
-- MirrorRemoteID: Connected account, always 1: a replica is of one.
-- IsDeleted: Whether Freshdesk no longer has it.
-- WhenCreated: When the entry was made.
-- WhenModified: When it last changed.
-- ID: Entry's id.
-- Note: What was done; empty or null if nothing was noted.
-- CreatedAt: When the entry was made.
-- UpdatedAt: When it last changed.
-- AgentID: Agent who spent it. -> synchub.Agent.ID
-- TicketID: Ticket the time was spent on. -> synchub.Ticket.ID
-- CompanyID: Company of the ticket; null if none. -> synchub.Company.ID
-- Billable: Whether it is charged.
-- ExecutedAt: When the work was done; set by the agent, may be in the future.
-- StartTime: When the timer was last started.
-- TimeSpent: Time spent as hh:mm, cut to the minute: 103 seconds are 00:01.
-- TimeSpentInSeconds: Time spent, in seconds.
-- TimerRunning: Whether the timer still runs.

select
  cast(time_entries.id as varchar) as RemoteID,
  time_entries._synced_at as WhenUpsertedIntoDataStore,
  1 as MirrorRemoteID,
  time_entries._deleted_at is not null as IsDeleted,
  time_entries.created_at as WhenCreated,
  time_entries.updated_at as WhenModified,
  time_entries.id as ID,
  time_entries.note as Note,
  time_entries.created_at as CreatedAt,
  time_entries.updated_at as UpdatedAt,
  time_entries.agent_id as AgentID,
  time_entries.ticket_id as TicketID,
  time_entries.company_id as CompanyID,
  time_entries.billable as Billable,
  time_entries.executed_at as ExecutedAt,
  time_entries.start_time as StartTime,
  time_entries.time_spent as TimeSpent,
  cast(time_entries.time_spent_in_seconds as bigint) as TimeSpentInSeconds,
  time_entries.timer_running as TimerRunning
from freshdesk.time_entries
