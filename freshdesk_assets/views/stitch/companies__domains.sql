-- One row per e-mail domain of a company, in the shape Stitch gives it: every element in its place, repeated
-- ones too.
--
-- value: E-mail domain.
-- _sdc_source_key_id: Company it belongs to. -> stitch.companies.id
-- _sdc_level_0_id: Place in the list, from 0.
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

with elements as (
  select
    companies.id,
    companies._synced_at,
    unnest(companies.domains) as value,
    generate_subscripts(companies.domains, 1) - 1 as position
  from freshdesk.companies
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
