"""The account's own fields, a row per value: the same cut for every object that has them."""

from freshdesk_assets.schema.child import Child, Fields, Rows
from freshdesk_assets.schema.column import bigint, boolean, date, double, json, text

# Each value is in the column of its JSON type: "12" is text, 12 a number. Blank fields are left out.
VALUES = """
select
  p.id as {by},
  e.key as name,
  case when e.type not in ('BIGINT', 'UBIGINT', 'DOUBLE', 'BOOLEAN') then e.value ->> '$' end as value_string,
  case when e.type = 'BOOLEAN' then e.value end as value_boolean,
  case when e.type in ('BIGINT', 'UBIGINT') then e.value end as value_long,
  case when e.type in ('BIGINT', 'UBIGINT', 'DOUBLE') then e.value end as value_number,
  case when e.type = 'VARCHAR' then e.value end as value_date,
  e.value
from parents p, json_each(p.custom_fields) e
where json_type(p.custom_fields) = 'OBJECT' and e.type <> 'NULL'
"""


TYPED = {
    "BOOLEAN": "value_boolean",
    "BIGINT": "value_long",
    "DOUBLE": "value_number",
    "DATE": "value_date",
}

# Freshdesk's types by their names; for one that is not listed, the values decide. Dropdowns, nested fields,
# telephone numbers and URLs hold text. A removed field keeps its row, with _deleted_at.
FIELDS = """
select
  name,
  label,
  case type
    when 'custom_number' then 'BIGINT'
    when 'custom_decimal' then 'DOUBLE'
    when 'custom_checkbox' then 'BOOLEAN'
    when 'custom_date' then 'DATE'
    when 'custom_date_time' then 'TIMESTAMP WITH TIME ZONE'
    when 'custom_text' then 'VARCHAR'
    when 'custom_paragraph' then 'VARCHAR'
    when 'custom_dropdown' then 'VARCHAR'
    when 'custom_phone_number' then 'VARCHAR'
    when 'custom_url' then 'VARCHAR'
    when 'nested_field' then 'VARCHAR'
  end as type,
  _deleted_at as removed_at
from freshdesk.{table}
where not coalesce("default", false)
"""

NESTED_FIELDS = """
union all
select n.value ->> '$.name', n.value ->> '$.label', 'VARCHAR', f._deleted_at
from freshdesk.{table} f, json_each(f.nested_ticket_fields) n
"""


def custom_fields_of(parent: str, *, name: str, by: str, fields: str, nested: bool = False) -> Child:
    """The child table of a table with a column `custom_fields`; `fields` is the table that describes them."""
    return Child(
        name=name,
        doc=f"One row per custom field that has a value; relations.{parent}_wide has a column per field.",
        parent=parent,
        by=by,
        cut=Rows(VALUES.format(by=by), reads=("custom_fields",)),
        columns=(
            text("name", "Key of the field.", required=True),
            text("value_string", "Value, if it is text; a list or object as its JSON.", pii=True),
            boolean("value_boolean", "Value, if it is true or false.", pii=True),
            bigint("value_long", "Value, if it is a whole number.", pii=True),
            double("value_number", "Value, if it is a number, whole or not.", pii=True),
            date("value_date", "Value, if it is text that is a day like 2026-01-31.", pii=True),
            json("value", "Value as it was sent.", pii=True),
        ),
        key=("name",),
        fields=Fields((FIELDS + NESTED_FIELDS * nested).format(table=fields), tables=(fields,), typed=TYPED),
    )
