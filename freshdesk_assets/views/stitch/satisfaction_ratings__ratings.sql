-- One row per question answered in a satisfaction survey, in the shape Stitch gives it.
--
-- question: default_question or question_<id>.
-- value: Answer: 103, 102, 101 happy, 100 neutral, -101, -102, -103 unhappy; classic surveys 1 happy, 2
--   neutral, 3 unhappy.
-- _sdc_source_key_id: Rating it belongs to. -> stitch.satisfaction_ratings.id
-- _sdc_level_0_id: Place among the answers, from 0.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  answers.question as question,
  cast(answers.value as bigint) as value,
  answers.satisfaction_rating_id as _sdc_source_key_id,
  cast(answers.position as bigint) as _sdc_level_0_id,
  answers._synced_at as _sdc_received_at,
  answers._synced_at as _sdc_batched_at,
  cast(epoch_ms(answers._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.satisfaction_rating_answers answers
