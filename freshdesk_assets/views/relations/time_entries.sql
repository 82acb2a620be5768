-- One row per time entry, with its ticket, agent and company.
--
-- id: Entry's id.
-- ticket_id: Ticket the time was spent on. -> tickets.id
-- ticket_subject: Subject of the ticket.
-- agent_id: Agent who spent it. -> agents.id
-- agent_name: Name of the agent.
-- company_id: Company of the ticket; null if none. -> companies.id
-- company_name: Name of the company.
-- note: What was done; empty or null if nothing was noted.
-- billable: Whether it is charged.
-- timer_running: Whether the timer still runs.
-- time_spent_in_seconds: Time spent, in seconds.
-- hours_spent: Time spent, in hours.
-- executed_at: When the work was done; set by the agent, may be in the future.
-- start_time: When the timer was last started.
-- created_at: When the entry was made.
-- updated_at: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the row.

select
  time_entries.id,
  time_entries.ticket_id,
  tickets.subject as ticket_subject,
  time_entries.agent_id,
  agents.contact_name as agent_name,
  time_entries.company_id,
  companies.name as company_name,
  time_entries.note,
  time_entries.billable,
  time_entries.timer_running,
  time_entries.time_spent_in_seconds,
  cast(time_entries.time_spent_in_seconds as double) / 3600 as hours_spent,
  time_entries.executed_at,
  time_entries.start_time,
  time_entries.created_at,
  time_entries.updated_at,
  time_entries._deleted_at is not null as deleted_in_freshdesk
from freshdesk.time_entries
left join freshdesk.tickets on tickets.id = time_entries.ticket_id
left join freshdesk.agents on agents.id = time_entries.agent_id
left join freshdesk.companies on companies.id = time_entries.company_id
