-- One row per role that agents can have, in the shape Stitch gives it. A row that Freshdesk no longer has is
-- kept, because Stitch never removes rows.
--
-- id: Role's id.
-- updated_at: When it last changed.
-- description: What the role allows.
-- name: Role's name.
-- default: Whether it came with Freshdesk rather than being the account's own.
-- created_at: When the role was created.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  roles.id as id,
  roles.updated_at as updated_at,
  roles.description as description,
  roles.name as name,
  roles."default" as "default",
  roles.created_at as created_at,
  roles._synced_at as _sdc_received_at,
  roles._synced_at as _sdc_batched_at,
  cast(epoch_ms(roles._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.roles
