"""Choices of the fields of contacts and companies, cut from the fields' own rows."""

from freshdesk_assets.schema.child import Child, Rows
from freshdesk_assets.schema.column import bigint, integer, text

# Choices come as words, as objects with id, label and value, or as a map: of languages from name to code, of
# other fields from value to label (docs/freshdesk_api.md, 4.14).
CHOICES = """
select
  p.id as {by},
  case
    when json_type(p.choices) = 'OBJECT' and not contains(p.type, 'language') then c.key
    when c.type = 'OBJECT' then coalesce(c.value ->> '$.value', c.value ->> '$.label')
    else c.value ->> '$'
  end as value,
  case
    when json_type(p.choices) = 'OBJECT' and contains(p.type, 'language') then c.key
    when c.type = 'OBJECT' then coalesce(c.value ->> '$.label', c.value ->> '$.value')
    else c.value ->> '$'
  end as label,
  case when c.type = 'OBJECT' then try_cast(c.value ->> '$.id' as bigint) end as code,
  row_number() over (partition by p.id order by c.id) - 1 as position
from parents p, json_each(p.choices) c
where json_type(p.choices) in ('ARRAY', 'OBJECT') and c.type <> 'NULL'
"""

COLUMNS = (
    text("value", "Value that contacts and companies have.", required=True),
    text("label", "Label that agents see."),
    bigint("code", "Choice's id; null where Freshdesk sends none."),
    integer("position", "Place among the field's choices, from 0.", required=True),
)

contact_field_choices = Child(
    name="contact_field_choices",
    doc="One row per value that a field of a contact can take.",
    parent="contact_fields",
    by="contact_field_id",
    cut=Rows(CHOICES.format(by="contact_field_id"), reads=("type", "choices")),
    columns=COLUMNS,
    key=("position",),
)

company_field_choices = Child(
    name="company_field_choices",
    doc="One row per value that a field of a company can take.",
    parent="company_fields",
    by="company_field_id",
    cut=Rows(CHOICES.format(by="company_field_id"), reads=("type", "choices")),
    columns=COLUMNS,
    key=("position",),
)
