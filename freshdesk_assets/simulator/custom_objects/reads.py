"""How an account's own objects are read: page by page with a token, filtered and sorted by their fields.

A token says where the next page starts: after a value of what the list is sorted by, and a display id. A
record that is deleted meanwhile shifts nothing.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from freshdesk_assets.simulator.calls import Call, Page
from freshdesk_assets.simulator.custom_objects.store import CustomObjects
from freshdesk_assets.simulator.endpoints import Endpoint
from freshdesk_assets.simulator.refusals import Refused, feature_required
from freshdesk_assets.simulator.state import Row

FEATURE = "Custom Objects"
DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, MAX_CONDITIONS = 20, 100, 10
TIMES = ("created_time", "updated_time")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "": lambda value, given: bool(value == given),
    "[gt]": lambda value, given: bool(value > given),
    "[gte]": lambda value, given: bool(value >= given),
    "[lt]": lambda value, given: bool(value < given),
    "[lte]": lambda value, given: bool(value <= given),
}
PAGING = ("page_size", "next_token", "prev_token", "sort_by")


def schemas(call: Call) -> Page:
    """All schemas, in an object."""
    return Page(list(objects_of(call).schemas.values()), more=False, key="schemas")


def view_schema(call: Call) -> Row:
    """One schema."""
    return schema_of(call)


def records(call: Call) -> Page:
    """A page of records, and where the next one is: an address without the prefix of the API."""
    name, descending = order_of(call)
    found = sorted(found_records(call), key=lambda row: position(row, name), reverse=descending)
    total, start = len(found), 0
    if token := call.query.get("next_token"):
        after = read_token(token)
        start = sum(
            position(row, name) >= after if descending else position(row, name) <= after for row in found
        )
    size = page_size(call)
    shown = found[start : start + size]
    path = f"/schemas/{call.id}/records"
    links: Row = {"count": {"href": f"{path}/count{query_of(call, {})}"}}
    if start + size < total:
        token = written_token(position(shown[-1], name))
        links["next"] = {"href": f"{path}{query_of(call, {'prev_token': '', 'next_token': token})}"}
    return Page(shown, more="next" in links, key="records", beside={"_links": links})


def count(call: Call) -> Row:
    """How many records there are, of those that fit."""
    return {"count": len(found_records(call))}


def objects_of(call: Call) -> CustomObjects:
    """The account's own objects, on a plan that has them."""
    if not isinstance(call.world, CustomObjects):
        raise TypeError("this world has no objects of its own")
    if not call.switches.custom_objects:
        raise feature_required(FEATURE)
    return call.world


def schema_of(call: Call) -> Row:
    """The schema the path names."""
    schema = objects_of(call).schemas.get(call.id)
    if schema is None:
        message = f"Custom object with id '{call.id}' does not exist."
        raise Refused(404, {"error_type": "RESOURCE_NOT_FOUND", "message": message, "errors": []})
    return schema


def invalid(name: str, message: str) -> Refused:
    """400 in the words of this part of the API, which differ from the rest."""
    errors = [{"name": name, "message": message}]
    return Refused(400, {"error_type": "INVALID_INPUT", "message": "Invalid input", "errors": errors})


def found_records(call: Call) -> list[Row]:
    """The records that fit every condition."""
    schema = schema_of(call)
    filterable = {field["name"]: field["filterable"] for field in schema["fields"]}
    conditions: list[tuple[str, Callable[[Any, Any], bool], Any]] = []
    for given, text in call.query.items():
        if given in PAGING:
            continue
        name, bracket, rest = given.partition("[")
        if bracket + rest not in OPERATORS or (name not in TIMES and name not in filterable):
            raise invalid(name, "Field does not exist.")
        if not filterable.get(name, True):
            raise invalid(name, f"Field '{name}' cannot be used to filter records.")
        conditions.append((name, OPERATORS[bracket + rest], operand(name, text)))
    if len(conditions) > MAX_CONDITIONS:
        raise invalid("filters", "A maximum of 10 filter conditions can be applied.")
    return [
        row
        for row in objects_of(call).records[call.id].values()
        if all(
            (value := value_of(row, name)) is not None and compare(*comparable(value, given))
            for name, compare, given in conditions
        )
    ]


def operand(name: str, text: str) -> Any:
    """What a record's value is compared with; times are given as text, to the millisecond."""
    if name not in TIMES:
        return text
    if not TIME.fullmatch(text):
        raise invalid(name, "Please enter a valid date in YYYY-MM-DDTHH:mm:ss.SSSZ format.")
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def comparable(value: Any, given: Any) -> tuple[Any, Any]:
    """The value and what was given for it, as two things that compare."""
    if isinstance(given, str) and isinstance(value, int):
        return value, float(given) if NUMBER.fullmatch(given) else float("nan")
    return value, given


def value_of(row: Row, name: str) -> Any:
    """A system field, or one of the schema's."""
    return row[name] if name in TIMES else row["data"][name]


def order_of(call: Call) -> tuple[str, bool]:
    """What the list is sorted by, and whether the last comes first; by creation unless asked otherwise."""
    name, _, order = call.query.get("sort_by", "created_time;ASC").partition(";")
    fields = {field["name"]: field["filterable"] for field in schema_of(call)["fields"]}
    if name not in TIMES and not fields.get(name):
        raise invalid("sort_by", "Invalid field specified in sort parameter.")
    if order not in ("", "ASC", "DESC"):
        raise invalid("sort_by", "Invalid sort order specified in sort parameter.")
    return name, order == "DESC"


def position(row: Row, name: str) -> list[Any]:
    """Where a record stands in a list that is sorted by a field; null before all else."""
    value = value_of(row, name)
    number = int(row["display_id"].rpartition("-")[2])
    return [value is not None, value if value is not None else 0, number]


def page_size(call: Call) -> int:
    """How many records a page has."""
    size = call.positive("page_size", DEFAULT_PAGE_SIZE)
    if size > MAX_PAGE_SIZE:
        raise invalid("page_size", f"It should not exceed {MAX_PAGE_SIZE}.")
    return size


def query_of(call: Call, tokens: dict[str, str]) -> str:
    """The caller's own parameters and the tokens; a count has neither page nor order."""
    kept = {
        name: text
        for name, text in call.query.items()
        if not name.endswith("_token") and (tokens or name not in PAGING)
    }
    query = urlencode({**kept, **tokens}, quote_via=quote, safe=";")
    return f"?{query}" if query else ""


def written_token(where: list[Any]) -> str:
    """A token that means something to this account only."""
    return base64.urlsafe_b64encode(json.dumps(where).encode()).decode().rstrip("=")


def read_token(token: str) -> list[Any]:
    """Where the page before ended."""
    try:
        where = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    except (binascii.Error, ValueError) as error:
        raise invalid("next_token", "Invalid token.") from error
    if not isinstance(where, list):
        raise invalid("next_token", "Invalid token.")
    return where


CUSTOM_OBJECTS: Sequence[Endpoint] = (
    Endpoint(path="custom_objects/schemas", answer=schemas, feature=FEATURE),
    Endpoint(path="custom_objects/schemas/{id}", answer=view_schema, feature=FEATURE),
    Endpoint(path="custom_objects/schemas/{id}/records", answer=records, params=None, feature=FEATURE),
    Endpoint(path="custom_objects/schemas/{id}/records/count", answer=count, params=None, feature=FEATURE),
)
