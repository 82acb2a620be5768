"""Compares child tables with rows that Python makes of the simulator's truth.

Nothing here looks at the declaration of a child table: a wrong declaration would confirm itself.

It has over 300 lines because what each child table ought to hold is said in one place.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import duckdb

from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.schema.child import Child
from freshdesk_assets.schema.column import Type
from freshdesk_assets.schema.sync import LookBack
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.places import Place, reading
from freshdesk_assets_tests.replica.true_rows import true_rows
from freshdesk_assets_tests.replica.truth import Difference, out_of_sight

Row = dict[str, Any]
Rows = Iterator[tuple[Any, Row]]
"""What a parent's payload ought to become: the key within the parent, and the cells."""


def child_differences(place: Place, world: World, since: datetime, catalog: Catalog) -> list[Difference]:
    """Every parent whose children are not as expected."""
    found: list[Difference] = []
    with reading(place, "replica") as connection:
        for child in catalog.children:
            found += _differences(connection, child, catalog, world, since)
    return found


def _differences(
    connection: duckdb.DuckDBPyConnection, child: Child, catalog: Catalog, world: World, since: datetime
) -> list[Difference]:
    parent = catalog[child.parent]
    names = [column.name for column in child.cells]
    chosen = ", ".join(f'c."{name}"' for name in names)
    place = "replica.freshdesk"
    rows = connection.execute(
        f"select {chosen}, p._deleted_at is distinct from c._deleted_at"
        f" from {place}.{child.name} c left join {place}.{parent.name} p on p.id = c.{child.by}"
    ).fetchall()
    stored: dict[int, list[Row]] = {}
    found: list[Difference] = []
    for *cells, disagrees in rows:
        row = {
            column.name: _plain(column.type, cell) for column, cell in zip(child.cells, cells, strict=True)
        }
        key = row.pop(child.by)
        stored.setdefault(key, []).append(row)
        if disagrees:
            found.append(Difference(child.name, key, "_deleted_at", row, "as its parent"))
    for key, payload in true_rows(parent.name, world).items():
        if isinstance(parent.sync, LookBack) and out_of_sight(parent, parent.sync, payload, world):
            continue
        true = _by_key(truth_of(child)(payload))
        held = stored.get(key, [])
        if sorted(map(repr, held)) != sorted(repr({name: row[name] for name in names[1:]}) for row in true):
            found.append(Difference(child.name, key, "(rows)", held, true))
    return found


def truth_of(child: Child) -> Callable[[Row], Rows]:
    """From a parent's payload to the rows of a child table."""
    assert child.name in TRUTH, (
        f"nothing says what the rows of {child.name} ought to be: add it to TRUTH in"
        " freshdesk_assets_tests/replica/children.py, for a plain list as each(place in the payload, column)"
    )
    return TRUTH[child.name]


def _by_key(rows: Rows) -> list[Row]:
    """Of rows with the same key the first."""
    first: dict[str, Row] = {}
    for key, row in rows:
        first.setdefault(repr(key), row)
    return list(first.values())


def elements(values: list[Any] | None) -> Iterator[tuple[int, Any]]:
    """What is in a list, and where."""
    return ((at, value) for at, value in enumerate(values or []) if value is not None)


def each(source: str, name: str) -> Callable[[Row], Rows]:
    """A row per element of a list."""

    def rows(payload: Row) -> Rows:
        value: Any = payload
        for step in source.split("."):
            value = (value or {}).get(step)
        return ((element, {name: element, "position": at}) for at, element in elements(value))

    return rows


def pooled(**lists: str) -> Callable[[Row], Rows]:
    """A row per address in any of the lists, with a mark for each."""

    def rows(payload: Row) -> Rows:
        for source in lists.values():
            for _, address in elements(payload.get(source)):
                marks = {mark: address in (payload.get(name) or []) for mark, name in lists.items()}
                yield address, {"email": address, **marks}

    return rows


def custom_fields(payload: Row) -> Rows:
    """A row per filled field."""
    for name, value in (payload["custom_fields"] or {}).items():
        if value is None:
            continue
        whole = isinstance(value, int) and not isinstance(value, bool)
        row = {
            "name": name,
            "value_string": None if isinstance(value, int | float) else value,
            "value_boolean": value if isinstance(value, bool) else None,
            "value_long": value if whole else None,
            "value_number": float(value) if whole or isinstance(value, float) else None,
            "value_date": _day(value),
            "value": value,
        }
        yield name, row


def other_companies(payload: Row) -> Rows:
    for at, company in elements(payload.get("other_companies")):
        key = company["company_id"]
        yield (
            key,
            {"company_id": key, "view_all_tickets": company.get("view_all_tickets"), "position": at},
        )


def phone_numbers(payload: Row) -> Rows:
    for at, number in elements(payload.get("other_phone_numbers")):
        yield at, {"value": number["value"], "label": number["label"], "position": at}


def attachments(payload: Row) -> Rows:
    for at, file in elements(payload["attachments"]):
        row = {name: file.get(name) for name in ("id", "name", "content_type", "size")}
        for name in ("attachment_url", "thumb_url"):
            row[name] = file[name].partition("?")[0] if file.get(name) else None
        for name in ("created_at", "updated_at"):
            row[name] = datetime.fromisoformat(file[name]).astimezone(UTC)
        yield at, {**row, "position": at}


def targets(payload: Row) -> Rows:
    names = (
        "respond_within",
        "next_respond_within",
        "resolve_within",
        "business_hours",
        "escalation_enabled",
    )
    for at, (name, target) in enumerate(payload["sla_target"].items()):
        yield name, {"target_name": name, **{key: target.get(key) for key in names}, "position": at}


def escalations(payload: Row) -> Rows:
    for occasion, rule in payload["escalation"].items():
        levels = {"": rule} if "agent_ids" in rule else {f".{level}": of for level, of in rule.items()}
        for level, of in levels.items():
            for agent in of["agent_ids"]:
                row = {
                    "escalation_name": occasion + level,
                    "escalation_time": of["escalation_time"],
                    "agent_id": agent,
                }
                yield (occasion + level, agent), row


def answers(payload: Row) -> Rows:
    for at, (question, value) in enumerate(payload["ratings"].items()):
        yield question, {"question": question, "value": value, "position": at}


def questions(payload: Row) -> Rows:
    for at, question in elements(payload["questions"]):
        yield (
            question["id"],
            {
                "question": question["id"],
                "label": question["label"],
                "default": question.get("default", False),
                "accepted_ratings": question["accepted_ratings"],
                "position": at,
            },
        )


def choices(payload: Row) -> Rows:
    """The five shapes: none, a list of texts, codes by label, labels by code, and nested lists."""
    found: list[tuple[list[str], int | None, str | None]] = []
    match payload.get("choices"):
        case dict() as labels if payload["type"] == "default_status":
            for code, (label, for_customers) in labels.items():
                found.append(([label], int(code), for_customers))
        case dict() as codes:
            found += [([label], code, None) for label, code in codes.items()]
        case list() as listed:
            found += [(path, None, None) for path in _paths(listed)]
    for position, (path, code, for_customers) in enumerate(found):
        row = {
            "path": path,
            "level": len(path),
            "value": path[-1],
            "parent_value": path[-2] if len(path) > 1 else None,
            "code": code,
            "label_for_customers": for_customers,
            "position": position,
        }
        yield path, row


def _paths(nodes: list[Any], above: tuple[str, ...] = ()) -> Iterator[list[str]]:
    for node in nodes:
        if isinstance(node, str):
            yield [*above, node]
        else:
            for label, below in node.items():
                yield [*above, label]
                yield from _paths(below, (*above, label))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else None
    except ValueError:
        return None


def _plain(type_: Type, cell: Any) -> Any:
    match type_:
        case Type.JSON if cell is not None:
            return json.loads(cell)
        case Type.VARCHAR if isinstance(cell, str) and cell.startswith("https://"):
            return cell.partition("?")[0]
        case Type.TIMESTAMPTZ if cell is not None:
            return cell.astimezone(UTC)
        case _:
            return cell


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def slots(payload: Row) -> Rows:
    """By weekday for all channels, then by channel."""
    found: list[tuple[int | None, int, str, str]] = [
        (None, DAYS.index(day) + 1, clock(hours["start_time"]), clock(hours["end_time"]))
        for day, hours in (payload.get("business_hours") or {}).items()
    ]
    for hours in payload.get("source_business_hours") or []:
        found += [
            (source, DAYS.index(day["day"]) + 1, clock(slot["start_time"]), clock(slot["end_time"]))
            for source in hours["sources"]
            for day in hours["business_hours"]
            for slot in day["time_slots"]
        ]
    ordered = sorted(found, key=lambda slot: (slot[0] is not None, *map(str, slot)))
    for at, (source, weekday, starts, ends) in enumerate(ordered):
        ends = "24:00:00" if ends.startswith("23:59") else ends
        yield at, {"source": source, "weekday": weekday, "starts": starts, "ends": ends, "position": at}


def clock(said: str) -> str:
    """A time as Freshdesk writes it, of 24 hours."""
    form = {1: "%I:%M %p", 2: "%I:%M:%S %p"}[said.count(":")] if said.endswith("m") else "%H:%M"
    return datetime.strptime(said, form).strftime("%H:%M:%S")


def holidays(payload: Row) -> Rows:
    """Of the forms that the simulator has: each year, or once."""
    for at, (name, said) in enumerate((payload.get("holidays") or {}).items()):
        once = said[0].isdecimal()
        day = date.fromisoformat(said) if once else datetime.strptime(f"{said} 2000", "%b %d %Y").date()
        row = {"name": name, "date_text": said, "year": day.year if once else None}
        yield at, {**row, "month": day.month, "day": day.day, "position": at}


def objects(source: str, *names: str, **renamed: str) -> Callable[[Row], Rows]:
    """A row per object of a list, with some of its keys; `renamed` are columns by key."""

    def rows(payload: Row) -> Rows:
        value: Any = payload
        for step in source.split("."):
            value = (value or {}).get(step)
        for at, element in elements(value):
            row = {name: element.get(name) for name in names}
            row |= {column: element.get(key) for key, column in renamed.items()}
            yield at, {**row, "position": at}

    return rows


def rule_actions(payload: Row) -> Rows:
    """What may be kept of each action; that it writes nothing is a fact too."""
    known = ("field_name", "value", "resource_type", "request_type", "url_host", "notify_agents")
    for at, action in elements(payload["actions"]):
        row = {name: action.get(name) for name in known}
        yield at, {**row, "has_body": action.get("has_body", False), "position": at}


def rule_conditions(payload: Row) -> Rows:
    """By set, and by place in the set."""
    known = ("resource_type", "field_name", "operator", "value", "business_hours_id", "case_sensitive")
    for number, found in elements(payload["conditions"]):
        for at, condition in elements(found["properties"]):
            row = {name: condition.get(name) for name in known}
            row |= {"set": number, "set_name": found["name"], "match_type": found["match_type"]}
            yield (number, at), {**row, "position": at}


def channels(payload: Row) -> Rows:
    """Per channel; a channel without a pause does not say that there is none."""
    known = (
        "channel", "available", "logged_in", "assignment_limit", "current_assignment_load",
        "round_robin_enabled", "pause_assignment",
    )  # fmt: skip
    for at, channel in elements(payload["availability"]["channel_availability"]):
        row = {name: channel.get(name) for name in known}
        changed = datetime.fromisoformat(channel["availability_updated_at"]).astimezone(UTC)
        row["chosen_status"] = channel.get("status_id")
        yield at, {**row, "availability_updated_at": changed, "position": at}


def words(payload: Row) -> Rows:
    """Choices of a contact's or company's field: texts, objects, codes by language, labels by value."""
    found: list[tuple[str, str, int | None]] = []
    match payload.get("choices"):
        case dict() as codes if payload["type"] == "default_language":
            found += [(code, language, None) for language, code in codes.items()]
        case dict() as labels:
            found += [(value, label, None) for value, label in labels.items()]
        case list() as listed:
            for choice in listed:
                if isinstance(choice, str):
                    found.append((choice, choice, None))
                else:
                    found.append((choice["value"], choice["label"], choice["id"]))
    for at, (value, label, number) in enumerate(found):
        yield at, {"value": value, "label": label, "code": number, "position": at}


def object_fields(payload: Row) -> Rows:
    """Fields of a kind of record; what a field points to is a text, whatever it is sent as."""
    known = ("id", "name", "label", "type", "required", "filterable", "searchable", "choices")
    for at, field in elements(payload["fields"]):
        points_to = field.get("related_entity_id")
        row = {name: field.get(name) for name in known}
        row["points_to"] = None if points_to is None else str(points_to)
        row["parent_field"] = field.get("parent_id")
        yield at, {**row, "position": at}


def activity_changes(payload: Row) -> Rows:
    """By what changed; a value that is no text is its JSON, without blanks."""
    for name, value in payload["activity"].items():
        said = value
        if not isinstance(value, str | None):
            said = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        yield name, {"field": name, "value": said}


TRUTH: dict[str, Callable[[Row], Rows]] = {
    "business_hour_slots": slots,
    "business_hour_holidays": holidays,
    "company_domains": each("domains", "domain"),
    "company_custom_fields": custom_fields,
    "contact_tags": each("tags", "tag"),
    "contact_other_emails": each("other_emails", "email"),
    "contact_other_companies": other_companies,
    "contact_other_phone_numbers": phone_numbers,
    "contact_custom_fields": custom_fields,
    "group_agents": each("agent_ids", "agent_id"),
    "agent_groups": each("group_ids", "group_id"),
    "agent_roles": each("role_ids", "role_id"),
    "sla_policy_targets": targets,
    "sla_policy_agent_escalations": escalations,
    "sla_policy_applicable_to_companies": each("applicable_to.company_ids", "company_id"),
    "sla_policy_applicable_to_groups": each("applicable_to.group_ids", "group_id"),
    "sla_policy_applicable_to_sources": each("applicable_to.sources", "source"),
    "sla_policy_applicable_to_ticket_types": each("applicable_to.ticket_types", "ticket_type"),
    "sla_policy_applicable_to_products": each("applicable_to.product_ids", "product_id"),
    "satisfaction_rating_answers": answers,
    "survey_questions": questions,
    "ticket_field_choices": choices,
    "ticket_tags": each("tags", "tag"),
    "ticket_recipients": pooled(
        is_primary_recipient="to_emails",
        is_cc_recipient="cc_emails",
        is_reply_cc_recipient="reply_cc_emails",
        is_fwd_recipient="fwd_emails",
        is_ticket_cc_recipient="ticket_cc_emails",
        is_ticket_bcc_recipient="ticket_bcc_emails",
    ),
    "ticket_custom_fields": custom_fields,
    "conversation_recipients": pooled(
        is_primary_recipient="to_emails", is_cc_recipient="cc_emails", is_bcc_recipient="bcc_emails"
    ),
    "conversation_attachments": attachments,
    "skill_agents": objects("agents", id="agent_id"),
    "skill_conditions": objects(
        "conditions", "resource_type", "field_name", "operator", "value", "nested_fields"
    ),
    "automation_rule_actions": rule_actions,
    "automation_rule_conditions": rule_conditions,
    "scenario_automation_actions": objects("actions", "name", "value"),
    "canned_response_groups": each("group_ids", "group_id"),
    "canned_response_attachments": attachments,
    "ticket_form_portals": objects("portals", "id", "name"),
    "ticket_field_sections": objects("sections", "id", "label", "choice_ids", "ticket_field_ids", "is_fsm"),
    "contact_field_choices": words,
    "company_field_choices": words,
    "agent_channels": channels,
    "solution_folder_companies": each("company_ids", "company_id"),
    "solution_article_tags": each("tags", "tag"),
    "solution_article_attachments": attachments,
    "ticket_attachments": attachments,
    "ticket_watcher_agents": each("watcher_ids", "agent_id"),
    "ticket_access_agents": each("user_ids", "agent_id"),
    "custom_object_fields": object_fields,
    "ticket_activity_changes": activity_changes,
}
