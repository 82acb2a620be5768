-- One row per address in blind copy of a conversation, in the shape Stitch gives it: every element in its
-- place, repeated ones too.
--
-- value: Address, as it was sent.
-- _sdc_source_key_id: Conversation it belongs to. -> stitch.conversations.id
-- _sdc_level_0_id: Place in the list, from 0.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

with elements as (
  select
    conversations.id,
    conversations._synced_at,
    unnest(conversations.bcc_emails) as value,
    generate_subscripts(conversations.bcc_emails, 1) - 1 as position
  from freshdesk.conversations
)
select
  elements.value as value,
  elements.id as _sdc_source_key_id,
  cast(elements.position as bigint) as _sdc_level_0_id,
  elements._synced_at as _sdc_received_at,
  elements._synced_at as _sdc_batched_at,
  cast(epoch_ms(elements._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from elements
where elements.value is not null
