"""Custom objects: records of kinds that the account defines itself, by choice."""

from freshdesk_assets.schema.child import Child, Elements, Kinds
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, timestamp
from freshdesk_assets.schema.sync import EachParent, FullList, ListChanges
from freshdesk_assets.schema.table import Cadence, Table

# A relationship holds the id of a ticket or contact, a number, or that of another record, which is text: its
# values decide.
KINDS = """
select
  custom_object_schemas.id as kind,
  custom_object_schemas.name as kind_name,
  coalesce(custom_object_schemas.title, custom_object_schemas.name) as kind_label,
  custom_object_schemas._deleted_at as kind_removed_at,
  custom_object_fields.name,
  custom_object_fields.label,
  case
    when custom_object_fields.type = 'NUMBER' then 'BIGINT'
    when custom_object_fields.type = 'DECIMAL' then 'DOUBLE'
    when custom_object_fields.type = 'CHECKBOX' then 'BOOLEAN'
    when custom_object_fields.type = 'DATE' then 'DATE'
    when custom_object_fields.type <> 'RELATIONSHIP' then 'VARCHAR'
  end as type
from freshdesk.custom_object_schemas
left join freshdesk.custom_object_fields on custom_object_fields.schema_id = custom_object_schemas.id
order by custom_object_schemas.id, custom_object_fields.position
"""

custom_object_schemas = Table(
    name="custom_object_schemas",
    doc="One row per kind of record that the account has defined.",
    path="custom_objects/schemas",
    sync=FullList(),
    optional=True,
    rows_at="schemas",
    per_page=0,
    version=("updated_time",),
    window="updated_time",
    by_choice=True,
    group="custom_objects",
    cadence=Cadence.SLOW,
    docs="custom-objects",
    columns=(
        bigint("id", "Kind's id.", required=True),
        text("name", "Name of the kind."),
        text("title", "Title that agents see; null if none."),
        text("prefix", "Beginning of the records' ids."),
        text("description", "What it is for."),
        integer("version", "How often the definition was changed."),
        boolean("deleted", "Whether the kind is deleted."),
        json("fields", "Fields of a record."),
        timestamp("created_time", "When the kind was defined."),
        timestamp("updated_time", "When the definition last changed."),
    ),
)

custom_object_fields = Child(
    name="custom_object_fields",
    doc="One row per field of a kind of record; relations has a view custom_object_* of each kind.",
    parent="custom_object_schemas",
    by="schema_id",
    cut=Elements("fields"),
    columns=(
        text("id", "Field's id.", path="value.id"),
        text("name", "Key of the field in the data of a record.", path="value.name"),
        text("label", "Label that agents see.", path="value.label"),
        text("type", "PRIMARY, TEXT, NUMBER, DATE, RELATIONSHIP and the like.", path="value.type"),
        boolean("required", "Whether it must be filled.", path="value.required"),
        boolean("filterable", "Whether records can be filtered by it.", path="value.filterable"),
        boolean("searchable", "Whether it is searched.", path="value.searchable"),
        text("parent_field", "Id of the field that it depends on; null if none.", path="value.parent_id"),
        text(
            "points_to",
            "Id of the kind of record, or ticket, contact or company, that it points to.",
            path="value.related_entity_id",
        ),
        json("choices", "Values it can take: id, value, position.", path="value.choices"),
    ),
    key=("position",),
    kinds=Kinds(KINDS, tables=("custom_object_schemas", "custom_object_fields")),
)

custom_object_records = Table(
    name="custom_object_records",
    doc="One row per record of a kind that the account has defined.",
    path="custom_objects/schemas/{id}/records",
    # A record that changes while the list is read moves to its end, and is seen there.
    params={"page_size": 100, "sort_by": "updated_time;ASC"},
    sync=EachParent(
        parent="custom_object_schemas",
        column="schema_id",
        changes=ListChanges(
            since="updated_time[gte]",
            cursor="updated_time",
            count="custom_objects/schemas/{id}/records/count",
            count_at="count",
        ),
    ),
    rows_at="records",
    next_at="_links.next.href",
    key=("schema_id", "display_id"),
    version=("updated_time",),
    window="updated_time",
    by_choice=True,
    group="custom_objects",
    cadence=Cadence.SLOW,
    docs="custom-objects",
    columns=(
        bigint("schema_id", "Kind of record.", references="custom_object_schemas.id", required=True),
        text("display_id", "Record's id within its kind.", required=True),
        integer("version", "How often the record was changed."),
        json("data", "Values by the fields' keys.", own=True),
        text("primary_field_name", "Field that names the record.", path="metadata.primary_field_name"),
        timestamp("created_time", "When the record was made."),
        timestamp("updated_time", "When it last changed."),
    ),
)
