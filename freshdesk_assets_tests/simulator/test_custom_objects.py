"""An account's own objects over HTTP: schemas, records, tokens, conditions."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from freshdesk_assets.simulator.server import Server
from freshdesk_assets_tests.simulator.conftest import Client

BASE = "custom_objects"


@pytest.fixture
def rich(server: Server, client: Client) -> Client:
    """A client of an account whose plan has custom objects."""
    server.switches.custom_objects = True
    return client


def walked(client: Client, schema: int, **params: Any) -> list[dict[str, Any]]:
    """All records of a schema, following the tokens."""
    reply = client.get(f"{BASE}/schemas/{schema}/records", **params).json()
    found = list(reply["records"])
    while "next" in reply["_links"]:
        href = reply["_links"]["next"]["href"]
        assert href.startswith("/schemas/")
        reply = client.get(f"{BASE}{href}").json()
        found += reply["records"]
    return found


def as_text(milliseconds: int) -> str:
    """A time as a condition takes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{milliseconds % 1000:03d}Z"
    )


def test_few_plans_have_them(server: Server, client: Client) -> None:
    """They are refused until the switch is on, and again when it is off."""
    for on in (False, True, False):
        server.switches.custom_objects = on
        for path in ("schemas", "schemas/30", "schemas/30/records", "schemas/30/records/count"):
            assert client.get(f"{BASE}/{path}").status_code == (200 if on else 403)
    assert client.get(f"{BASE}/schemas").json()["code"] == "require_feature"


def test_schemas_and_records_are_their_truth(rich: Client) -> None:
    """Both come inside an object, and times are milliseconds."""
    world = rich.server.world
    schemas = rich.get(f"{BASE}/schemas").json()
    assert list(schemas) == ["schemas"]
    assert {row["id"]: row for row in schemas["schemas"]} == world.truth("custom_object_schemas")
    found = {}
    for row in schemas["schemas"]:
        assert rich.get(f"{BASE}/schemas/{row['id']}").json() == row
        for record in walked(rich, row["id"], page_size=4):
            found[row["id"], record["display_id"]] = {"schema_id": row["id"], **record}
    assert found == world.truth("custom_object_records")
    assert len(found) == 28
    assert all(row["updated_time"] > 10**12 for row in found.values())
    assert {field["type"] for row in schemas["schemas"] for field in row["fields"]} >= {
        "PRIMARY",
        "RELATIONSHIP",
        "DROPDOWN",
        "CHECKBOX",
    }


def test_a_page_has_twenty_records_unless_asked_and_a_hundred_at_most(rich: Client) -> None:
    """`page_size`, and no Link."""
    reply = rich.get(f"{BASE}/schemas/30/records")
    assert len(reply.json()["records"]) == 20
    assert "Link" not in reply.headers
    assert reply.headers["X-RateLimit-Used-CurrentRequest"] == "1"
    assert len(rich.get(f"{BASE}/schemas/30/records", page_size=100).json()["records"]) == 25
    for params in ({"page_size": 101}, {"page": 2}, {"next_token": "?"}, {"sort_by": "state"}):
        refused = rich.get(f"{BASE}/schemas/30/records", **params)
        assert refused.status_code == 400, params
    assert rich.get(f"{BASE}/schemas/99/records").json()["error_type"] == "RESOURCE_NOT_FOUND"


def test_records_are_found_since_a_time_in_the_order_of_their_changes(rich: Client) -> None:
    """Inclusive, to the millisecond; the count takes the same conditions."""
    world = rich.server.world
    world.clock.advance(timedelta(hours=1))
    world.edit_record(30, "BKG-7", persons=12)
    world.edit_record(30, "BKG-3", persons=13)
    new = world.create_record(30, reference="late")
    first = world.truth("custom_object_records")[30, "BKG-7"]["updated_time"]
    since = {"updated_time[gte]": as_text(first)}
    found = walked(rich, 30, sort_by="updated_time;ASC", page_size=2, **since)
    assert [row["display_id"] for row in found] == ["BKG-7", "BKG-3", new]
    assert [row["version"] for row in found] == [2, 2, 1]
    link = rich.get(f"{BASE}/schemas/30/records", **since).json()["_links"]["count"]["href"]
    assert rich.get(f"{BASE}{link}").json() == {"count": 3}
    assert rich.get(f"{BASE}/schemas/30/records/count").json() == {"count": 26}
    later = {"updated_time[gt]": as_text(first)}
    assert rich.get(f"{BASE}/schemas/30/records/count", **later).json() == {"count": 2}
    down = walked(rich, 30, sort_by="updated_time;DESC", page_size=7)
    assert down == walked(rich, 30, sort_by="updated_time;ASC")[::-1]
    assert rich.get(f"{BASE}/schemas/30/records/count", **{"persons[gte]": 12}).json() == {"count": 2}
    for wrong in ({"updated_time[gte]": "2026-01-01"}, {"colour": "red"}, {"state": "Open"}):
        assert rich.get(f"{BASE}/schemas/30/records", **wrong).json()["error_type"] == "INVALID_INPUT"
    many: dict[str, Any] = {f"persons[{name}]": 1 for name in ("gt", "gte", "lt", "lte")}
    many |= {
        f"{time}[{name}]": as_text(first)
        for time in ("created_time", "updated_time")
        for name in ("gt", "gte", "lt", "lte")
    }
    assert rich.get(f"{BASE}/schemas/30/records", **many).json()["errors"][0]["name"] == "filters"


def test_a_record_deleted_between_two_pages_shifts_none(rich: Client) -> None:
    """A token names a place, not a number of rows."""
    world = rich.server.world
    first = rich.get(f"{BASE}/schemas/30/records", page_size=5).json()
    world.delete_record(30, first["records"][0]["display_id"])
    second = rich.get(f"{BASE}{first['_links']['next']['href']}").json()
    assert second["records"][0]["display_id"] == "BKG-6"
    assert rich.get(f"{BASE}/schemas/30/records/count").json() == {"count": 24}
    assert (30, "BKG-1") not in world.truth("custom_object_records")


def test_an_account_changes_its_objects(rich: Client) -> None:
    """A field more is null in every record; an object goes after its records."""
    world = rich.server.world
    new = world.create_schema("visit", "VIS", reason="PRIMARY")
    visit = world.create_record(new, reason="Inspection ☕")
    world.add_schema_field(new, "remarks", "PARAGRAPH")
    assert walked(rich, new)[0]["data"] == {"reason": "Inspection ☕", "remarks": None}
    with pytest.raises(ValueError, match="visit has no field colour"):
        world.edit_record(new, visit, colour="red")
    with pytest.raises(ValueError, match="delete the records first"):
        world.delete_schema(new)
    world.delete_record(new, visit)
    world.delete_schema(new)
    assert new not in {row["id"] for row in rich.get(f"{BASE}/schemas").json()["schemas"]}


def test_faults_strike_the_rows_and_the_links_inside_an_object(rich: Client) -> None:
    """A reader that trusts a link in a reply takes its key to a stranger."""
    faults, path = rich.server.faults, "custom_objects/schemas/{id}/records"
    faults.add("link_elsewhere", path=path, host="evil.example")
    href = rich.get(f"{BASE}/schemas/30/records", page_size=5).json()["_links"]["next"]["href"]
    assert href.startswith("http://evil.example/api/v2/custom_objects/schemas/30/records?")
    faults.add("link_loop", path=path)
    href = rich.get(f"{BASE}/schemas/30/records", page_size=5).json()["_links"]["next"]["href"]
    assert href == "/schemas/30/records?page_size=5"
    faults.add("short_list", path=path, rows=2)
    short = rich.get(f"{BASE}/schemas/30/records", page_size=5).json()
    assert (len(short["records"]), list(short["_links"])) == (2, ["count"])
    faults.add("unknown_key", path=path)
    odd = rich.get(f"{BASE}/schemas/30/records", page_size=5).json()
    assert all("brand_new_key" in row for row in odd["records"])
    assert "next" in odd["_links"]
    assert "Link" not in rich.get(f"{BASE}/schemas/30/records").headers
