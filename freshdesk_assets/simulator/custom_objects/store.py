"""What an account keeps in objects of its own, and changes to it.

Times are milliseconds since 1970. Two changes in one second differ in their milliseconds, as they do there.
"""

from datetime import datetime
from typing import Any

from freshdesk_assets.simulator.state import Row, State, change


class CustomObjects(State):
    """An account's own objects: schemas by id, and records by schema and display id."""

    def __init__(self, *, seed: int, now: datetime, ticking: bool) -> None:
        """No object of its own yet."""
        super().__init__(seed=seed, now=now, ticking=ticking)
        self.schemas: dict[int, Row] = {}
        self.records: dict[int, dict[str, Row]] = {}
        # How many records each schema ever had: display ids are not given twice.
        self.records_ever: dict[int, int] = {}
        self._last_millisecond = 0

    def millisecond(self) -> int:
        """The present moment, later than every one before."""
        self._last_millisecond = max(self._last_millisecond + 1, int(self.clock.now().timestamp() * 1000))
        return self._last_millisecond

    @change
    def create_record(self, schema_id: int, **data: Any) -> str:
        """A new record; `data` are fields of the schema. Returns its display id."""
        return str(new_record(self, schema_id, data)["display_id"])

    @change
    def edit_record(self, schema_id: int, display_id: str, **data: Any) -> None:
        """Change fields of a record; its version counts the changes."""
        row = self.records[schema_id][display_id]
        check_fields(self.schemas[schema_id], data)
        row |= {
            "data": {**row["data"], **data},
            "version": row["version"] + 1,
            "updated_time": self.millisecond(),
        }

    @change
    def delete_record(self, schema_id: int, display_id: str) -> None:
        """Delete a record: only a count, or a list of all, tells of it."""
        del self.records[schema_id][display_id]

    @change
    def create_schema(self, name: str, prefix: str, **fields: str) -> int:
        """A new object; `fields` are types by name, the first of which is PRIMARY. Returns its id."""
        return int(new_schema(self, name, prefix, dict(fields))["id"])

    @change
    def add_schema_field(self, schema_id: int, name: str, kind: str) -> None:
        """Add a field: null in every record, none of which moves."""
        schema = self.schemas[schema_id]
        schema["fields"].append(schema_field(schema_id, len(schema["fields"]) + 1, name, kind))
        schema |= {"version": schema["version"] + 1, "updated_time": self.millisecond()}
        for row in self.records[schema_id].values():
            row["data"][name] = None

    @change
    def delete_schema(self, schema_id: int) -> None:
        """Delete an object that has no records any more."""
        if self.records[schema_id]:
            raise ValueError("an object with records cannot be deleted; delete the records first")
        del self.schemas[schema_id], self.records[schema_id]


def check_fields(schema: Row, data: Row) -> None:
    """Complain of what the schema has no field for."""
    unknown = data.keys() - {field["name"] for field in schema["fields"]}
    if unknown:
        raise ValueError(f"{schema['name']} has no field {', '.join(sorted(unknown))}")


def schema_field(schema_id: int, position: int, name: str, kind: str) -> Row:
    """A field; only PRIMARY ones and numbers can be filtered by."""
    row: Row = {
        "id": f"{schema_id:08x}-0000-4000-8000-{position:012x}",
        "name": name,
        "label": name.replace("_", " ").title(),
        "type": kind,
        "position": position,
        "required": kind == "PRIMARY",
        "filterable": kind in ("PRIMARY", "NUMBER"),
        "searchable": kind in ("PRIMARY", "TEXT"),
        "parent_id": None,
    }
    if kind == "RELATIONSHIP":
        row |= {"related_entity_id": 1, "relationship_name": name, "child_relationship_name": "bookings"}
    if kind == "DROPDOWN":
        row["choices"] = [
            {"id": number, "value": value, "position": number, "dependent_ids": {}}
            for number, value in enumerate(("Open", "Überfällig", "Closed"), 1)
        ]
    return row


def new_schema(world: CustomObjects, name: str, prefix: str, fields: dict[str, str]) -> Row:
    """A schema without records."""
    row_id, now = world.next_id("custom_objects"), world.millisecond()
    row: Row = {
        "id": row_id,
        "name": name,
        "title": None,
        "prefix": prefix,
        "description": 'Kept "beside" tickets',
        "version": 1,
        "deleted": False,
        "created_time": now,
        "updated_time": now,
        "fields": [
            schema_field(row_id, position, field, kind)
            for position, (field, kind) in enumerate(fields.items(), 1)
        ],
    }
    world.schemas[row_id] = row
    world.records[row_id] = {}
    world.records_ever[row_id] = 0
    return row


def new_record(world: CustomObjects, schema_id: int, data: Row) -> Row:
    """A record; fields that are not given are null."""
    schema, now = world.schemas[schema_id], world.millisecond()
    check_fields(schema, data)
    world.records_ever[schema_id] += 1
    row: Row = {
        "display_id": f"{schema['prefix']}-{world.records_ever[schema_id]}",
        "created_time": now,
        "updated_time": now,
        "version": 1,
        "data": {field["name"]: data.get(field["name"]) for field in schema["fields"]},
        "metadata": {"primary_field_name": schema["fields"][0]["name"]},
    }
    world.records[schema_id][row["display_id"]] = row
    return row


def found_objects(world: CustomObjects) -> None:
    """The objects an account begins with: bookings, which refer to tickets and contacts, and machines."""
    bookings = new_schema(
        world,
        "booking",
        "BKG",
        {
            "reference": "PRIMARY", "ticket": "RELATIONSHIP", "contact": "RELATIONSHIP", "persons": "NUMBER",
            "price": "DECIMAL", "state": "DROPDOWN", "arrival": "DATE", "paid": "CHECKBOX",
        },
    )  # fmt: skip
    tickets, contacts = list(world.tickets)[:25], list(world.contacts.values())
    for position, number in enumerate(tickets):
        contact = contacts[position % len(contacts)].row
        data = {
            "reference": f"R{number:05d}",
            "ticket": number,
            "contact": contact["org_contact_id"] if position % 3 else None,
            "persons": position % 7,
            "price": position * 12.5,
            "state": ("Open", "Überfällig", None)[position % 3],
            "arrival": f"2026-05-{1 + position % 28:02d}",
            "paid": position % 2 == 0,
        }
        new_record(world, bookings["id"], data)
    machines = new_schema(world, "machine", "MCH", {"serial": "PRIMARY", "remarks": "PARAGRAPH"})
    for serial in ("A-1", "Ä-2 ☕", 'C"3"'):
        new_record(world, machines["id"], {"serial": serial, "remarks": "wants\na filter"})
