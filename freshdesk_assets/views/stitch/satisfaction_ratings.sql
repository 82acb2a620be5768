-- One row per answered satisfaction survey, in the shape Stitch gives it. A row that Freshdesk no longer has
-- is kept, because Stitch never removes rows.
--
-- id: Rating's id.
-- updated_at: When the answer last changed.
-- user_id: Contact who answered, or an agent: ids are shared.
-- feedback: Comment left with the rating.
-- created_at: When the survey was answered.
-- agent_id: Agent rated; null if the ticket had none. -> stitch.agents.id
-- group_id: Group rated; null if the ticket had none. -> stitch.groups.id
-- ticket_id: Ticket it is about. -> stitch.tickets.id
-- survey_id: Survey that was answered.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  satisfaction_ratings.id as id,
  satisfaction_ratings.updated_at as updated_at,
  satisfaction_ratings.user_id as user_id,
  satisfaction_ratings.feedback as feedback,
  satisfaction_ratings.created_at as created_at,
  satisfaction_ratings.agent_id as agent_id,
  satisfaction_ratings.group_id as group_id,
  satisfaction_ratings.ticket_id as ticket_id,
  satisfaction_ratings.survey_id as survey_id,
  satisfaction_ratings._synced_at as _sdc_received_at,
  satisfaction_ratings._synced_at as _sdc_batched_at,
  cast(epoch_ms(satisfaction_ratings._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.satisfaction_ratings
