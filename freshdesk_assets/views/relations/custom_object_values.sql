-- One row per record of a kind that the account has defined, and field that it fills.
--
-- schema_id: Kind of record. -> custom_object_schemas.id
-- schema_name: Name of the kind.
-- display_id: Record's id within its kind.
-- field_name: Key of the field.
-- field_label: Label that agents see.
-- field_type: Kind of field, such as TEXT or RELATIONSHIP.
-- value: Value of the field, as text; of a relationship the id of what it points to.
-- updated_time: When the record last changed.
-- deleted_in_freshdesk: Whether Freshdesk no longer has the record.

select
  custom_object_records.schema_id,
  custom_object_schemas.name as schema_name,
  custom_object_records.display_id,
  custom_object_fields.name as field_name,
  custom_object_fields.label as field_label,
  custom_object_fields.type as field_type,
  json_extract_string(custom_object_records.data, '$."' || custom_object_fields.name || '"') as value,
  custom_object_records.updated_time,
  custom_object_records._deleted_at is not null as deleted_in_freshdesk
from freshdesk.custom_object_records
join freshdesk.custom_object_schemas on custom_object_schemas.id = custom_object_records.schema_id
join freshdesk.custom_object_fields on custom_object_fields.schema_id = custom_object_records.schema_id
where json_extract_string(custom_object_records.data, '$."' || custom_object_fields.name || '"') is not null
