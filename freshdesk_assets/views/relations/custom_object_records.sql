-- One row per record of a kind that the account has defined.
--
-- Each schema_id has a view custom_object_*, with a column for each field in data. <- custom_object_fields
--
-- schema_id: Kind of record. -> custom_object_schemas.id
-- schema_name: Name of the kind.
-- display_id: Record's id within its kind.
-- version: How often the record was changed.
-- data: Values by the fields' keys.
-- created_time: When the record was made.
-- updated_time: When it last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the record.

select
  custom_object_records.schema_id,
  custom_object_schemas.name as schema_name,
  custom_object_records.display_id,
  custom_object_records.version,
  custom_object_records.data,
  custom_object_records.created_time,
  custom_object_records.updated_time,
  custom_object_records._deleted_at is not null as deleted_in_freshdesk
from freshdesk.custom_object_records
join freshdesk.custom_object_schemas on custom_object_schemas.id = custom_object_records.schema_id
