-- One row per company, in the shape Stitch gives it. A row that Freshdesk no longer has is kept, because
-- Stitch never removes rows.
--
-- id: Company's id.
-- updated_at: When it last changed.
-- description: What the company is.
-- name: Company's name, unique in the account.
-- note: Notes about the company.
-- created_at: When the company was created.
-- custom_fields__*: The account's own fields, a column each. <- company_custom_fields
-- _sdc_received_at: When the replica last wrote the row.
-- _sdc_batched_at: Same as _sdc_received_at: the replica writes what it receives at once.
-- _sdc_sequence: Same in milliseconds since 1970; the greater, the later.
-- _sdc_table_version: Always 1: the table is never begun anew.

select
  companies.id as id,
  companies.updated_at as updated_at,
  companies.description as description,
  companies.name as name,
  companies.note as note,
  companies.created_at as created_at,
  companies.custom_fields as custom_fields,
  companies._synced_at as _sdc_received_at,
  companies._synced_at as _sdc_batched_at,
  cast(epoch_ms(companies._synced_at) as bigint) as _sdc_sequence,
  cast(1 as bigint) as _sdc_table_version
from freshdesk.companies
