"""Ticket fields: the fields of a ticket, the words behind their codes, and their sections."""

from freshdesk_assets.schema.child import Child, Elements, Rows
from freshdesk_assets.schema.column import bigint, boolean, integer, json, text, texts, timestamp
from freshdesk_assets.schema.sync import FullList
from freshdesk_assets.schema.table import Cadence, Table

# /admin/ticket_fields adds sections but leaves out choices, and only an admin may read it. This list is open
# to every agent and holds the labels of status, source, priority, group, agent and product in one credit.
ticket_fields = Table(
    name="ticket_fields",
    doc="One row per field of the ticket form, Freshdesk's own and the account's.",
    path="ticket_fields",
    sync=FullList(),
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="ticket-fields",
    columns=(
        bigint("id", "Field's id.", required=True),
        text("name", "Key of the field, in custom_fields if it is the account's own."),
        text("label", "Label that agents see."),
        text("label_for_customers", "Label that customers see."),
        text("description", "What the field is for."),
        text("type", "default_status, default_source, …; custom_text, custom_dropdown, nested_field, …."),
        integer("position", "Place in the form."),
        boolean("default", "Whether it is Freshdesk's own."),
        boolean("required_for_closure", "Whether a ticket cannot be closed without it."),
        boolean("required_for_agents", "Whether agents must fill it."),
        boolean("required_for_customers", "Whether customers must fill it."),
        boolean("customers_can_edit", "Whether customers can fill it."),
        boolean("customers_can_filter", "Whether customers can filter their tickets by it."),
        boolean("displayed_to_customers", "Whether customers see it."),
        boolean(
            "portal_cc", "Whether customers may add others in copy; null on all but the requester field."
        ),
        text("portal_cc_to", "Whom they may add: company or all; on the requester field only."),
        # It comes in five shapes: see CHOICES.
        # Those of an agent's field are the names of all agents.
        json(
            "choices",
            "Values it can take; the shape depends on type.",
            pii_where=("type", ("default_agent", "default_internal_agent")),
        ),
        json("nested_ticket_fields", "Fields of level 2 and 3 below it; null unless type is nested_field."),
        timestamp("created_at", "When the field was created."),
        timestamp("updated_at", "When it last changed."),
    ),
)

# Five shapes: none; ["a", "b"]; {"Label": 1}; {"2": ["for agents", "for customers"]} for statuses; and nested
# ones, [{"usa": [{"texas": ["x"]}]}] or {"usa": {"texas": ["x"]}}. A key or a plain element is a step down
# the tree; an object in a list is not.
CHOICES = """
with recursive nodes as (
  select
    p.id,
    p.type = 'default_status' as by_code,
    p.choices as node,
    cast([] as varchar[]) as path,
    cast([] as bigint[]) as place,
    cast(null as json) as code,
    cast(null as varchar) as for_customers,
    false as labelled
  from parents p
  union all
  select
    n.id,
    n.by_code,
    case when e.type in ('OBJECT', 'ARRAY') and not n.by_code then e.value end,
    case
      when e.type = 'OBJECT' and json_type(n.node) = 'ARRAY' then n.path
      when n.by_code and e.type = 'ARRAY' then list_append(n.path, coalesce(e.value ->> '$[0]', e.key))
      when json_type(n.node) = 'OBJECT' then list_append(n.path, e.key)
      else list_append(n.path, e.value ->> '$')
    end,
    list_append(n.place, cast(e.id as bigint)),
    case
      when n.by_code and json_type(n.node) = 'OBJECT' then to_json(e.key)
      when json_type(n.node) = 'OBJECT' and e.type in ('BIGINT', 'UBIGINT') then e.value
    end,
    case when n.by_code and e.type = 'ARRAY' then e.value ->> '$[1]' end,
    not (e.type = 'OBJECT' and json_type(n.node) = 'ARRAY')
  from nodes n, json_each(n.node) e
  where json_type(n.node) in ('OBJECT', 'ARRAY') and e.type <> 'NULL'
)
select
  id as ticket_field_id,
  path,
  len(path) as level,
  path[-1] as value,
  path[-2] as parent_value,
  code,
  for_customers as label_for_customers,
  row_number() over (partition by id order by place) - 1 as position
from nodes
where labelled
"""

ticket_field_choices = Child(
    name="ticket_field_choices",
    doc="One row per value that a field of the ticket form can take.",
    parent="ticket_fields",
    by="ticket_field_id",
    cut=Rows(CHOICES, reads=("type", "choices")),
    columns=(
        texts("path", "Choices that lead to it, outermost first, and itself last.", required=True),
        integer("level", "Level in a nested field, 1 to 3; 1 in all others."),
        text("value", "Label that agents see, and the value in a custom field."),
        text("parent_value", "Choice of the level above; null at level 1."),
        bigint("code", "Number behind the label: of a status, source, priority, group, agent or product."),
        text("label_for_customers", "Label that customers see; statuses only."),
        integer("position", "Place among the field's choices, from 0."),
    ),
    key=("path",),
)

ELSEWHERE = ("choices", "nested_ticket_fields")
"""What only the list that every agent may read sends."""

ticket_field_settings = Table(
    name="ticket_field_settings",
    doc="One row per field of the ticket form, as administrators see it.",
    path="admin/ticket_fields",
    params={"include": "section"},
    # Any number of a page is refused (docs/freshdesk_api.md, 4.13).
    per_page=0,
    sync=FullList(),
    optional=True,
    never_empty=True,
    group="setup",
    cadence=Cadence.SLOW,
    docs="ticket-fields",
    columns=(
        bigint("id", "Field's id.", references="ticket_fields.id", required=True),
        *(column for column in ticket_fields.columns if column.name not in ("id", *ELSEWHERE)),
        boolean("has_section", "Whether its choices show sections."),
        json("sections", "Sections that its choices show."),
        json("section_mappings", "Sections that the field is in: section_id, position."),
        json("dependent_fields", "Further levels of a nested field; null if none."),
        boolean("archived", "Whether the field is switched off."),
        boolean("is_fsm", "Whether it is part of field service."),
        boolean("field_update_in_progress", "Whether a change of it is still being applied."),
    ),
)

ticket_field_sections = Child(
    name="ticket_field_sections",
    doc="One row per section: fields that are shown when a field has one of some choices.",
    parent="ticket_field_settings",
    by="parent_ticket_field_id",
    cut=Elements("sections"),
    columns=(
        bigint("id", "Section's id.", path="value.id", required=True),
        text("label", "Name of the section.", path="value.label"),
        json("choice_ids", "Ids of the choices that show it.", path="value.choice_ids"),
        json("ticket_field_ids", "Ids of the fields in it.", path="value.ticket_field_ids"),
        boolean("is_fsm", "Whether it is part of field service.", path="value.is_fsm"),
    ),
    key=("id",),
)
