"""Custom objects: their records are the account's, and each kind has a view with a column for each field."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from freshdesk_assets.chosen import views_over
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account
from freshdesk_assets_tests.replica.test_planning import hold_to
from freshdesk_assets_tests.replica.walking import knowing, read

TYPES: dict[str, Callable[[Any], Any]] = {
    "NUMBER": int,
    "DECIMAL": float,
    "CHECKBOX": bool,
    "DATE": date.fromisoformat,
}


def test_each_kind_of_object_has_a_view_day_after_day(account: Callable[..., Any]) -> None:
    """Through the runs that make them, while kinds, fields and records come and go."""
    with account(tickets=60, custom_objects=True) as acme:
        acme.catalog = choose(declared_tables(), ["custom_objects"])
        acme.views = [view for view in views_over(acme.catalog) if view.schema == "relations"]
        acme.sync(derive=True)
        assert named(acme) == {"custom_object_booking", "custom_object_machine"}
        assert_equal(acme)
        bookings, machines = acme.world.schemas
        acme.world.add_schema_field(machines, "built", "DATE")
        acme.world.edit_record(machines, next(iter(acme.world.records[machines])), built="2020-02-29")
        acme.world.delete_record(bookings, next(iter(acme.world.records[bookings])))
        licences = acme.world.create_schema("licence", "LIC", key="PRIMARY", machine="RELATIONSHIP")
        acme.world.create_record(licences, key="K-1", machine="MCH-1")
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(derive=True)
        assert named(acme) == {"custom_object_booking", "custom_object_licence", "custom_object_machine"}
        assert_equal(acme)


def test_a_relationship_joins_what_it_points_to(account: Callable[..., Any]) -> None:
    """A ticket's id is a number there as here, and that of another record is text."""
    with account(tickets=60, custom_objects=True) as acme:
        acme.catalog = choose(declared_tables(), ["custom_objects"])
        acme.views = [view for view in views_over(acme.catalog) if view.schema == "relations"]
        acme.sync(derive=True)
        bookings = next(iter(acme.world.schemas))
        pointed = {row["data"]["ticket"] for row in acme.world.records[bookings].values()}
        stored = {number for (number,) in acme.query("select id from freshdesk.tickets")}
        joined = acme.query(
            "select count(*) from relations.custom_object_booking"
            " join freshdesk.tickets on tickets.id = custom_object_booking.ticket"
        )
        assert joined == [(len(pointed & stored),)]


def named(acme: Account) -> set[str]:
    """The views of kinds that are there."""
    found = "select view_name from duckdb_views() where schema_name = 'relations'"
    declared = {view.name for view in acme.views}
    return {name for (name,) in acme.query(found)} - declared


def assert_equal(acme: Account) -> None:
    """The rows of each kind's view are those stored; the living ones the account's, field by field."""
    for name in ("custom_object_records", *named(acme)):
        of = f"= '{name.removeprefix('custom_object_')}'" if name in named(acme) else "is not null"
        ((shown, stored),) = acme.query(
            f"select (select count(*) from relations.{name}), (select count(*) from"
            f" freshdesk.custom_object_records r join freshdesk.custom_object_schemas s on s.id = r.schema_id"
            f" where s.name {of})"
        )
        assert shown == stored, name
    for schema in acme.world.schemas.values():
        kinds = {each["name"]: each["type"] for each in schema["fields"]}
        columns = ", ".join(f'"{name}"' for name in kinds)
        found = acme.query(
            f"select display_id, {columns} from relations.custom_object_{schema['name']}"
            " where not deleted_in_freshdesk order by 1"
        )
        truth = sorted(
            (
                row["display_id"],
                *(as_stored(kinds[name], row["data"][name]) for name in kinds),
            )
            for row in acme.world.records[schema["id"]].values()
        )
        assert found == truth, schema["name"]
        assert truth


def as_stored(kind: str, value: Any) -> Any:
    """A value as a column of its field's type holds it."""
    return TYPES[kind](value) if kind in TYPES and value is not None else value


OBJECTS = ["custom_object_schemas", "custom_object_records"]


def long_list(acme: Account, records: int = 420) -> int:
    """A kind with so many records, which take several pages, and one that came an hour later.

    What changed in the last minutes before the newest change is asked for again.
    """
    kind = acme.world.create_schema("licence", "LIC", key="PRIMARY", seats="NUMBER")
    for number in range(records):
        acme.world.create_record(kind, key=f"K-{number}", seats=number)
    acme.world.clock.advance(timedelta(hours=1))
    acme.world.create_record(kind, key="last")
    return int(kind)


def test_of_a_long_list_the_changes_alone_are_read(account: Callable[..., Any]) -> None:
    """Two credits in place of one for each hundred records; short lists are read whole."""
    with knowing(account, *OBJECTS, custom_objects=True) as acme:
        kind = long_list(acme)
        assert read(acme, *OBJECTS) == 1 + 2 + 5
        records = list(acme.world.records[kind])
        acme.world.edit_record(kind, records[7], seats=70)
        acme.world.create_record(kind, key="new")
        assert read(acme, *OBJECTS) == 1 + 2 + 2
        assert read(acme, *OBJECTS) == 1 + 2 + 2
        assert acme.server.meter.calls["custom_objects/schemas/{id}/records/count"] == 1
        stored = acme.query(
            "select data ->> '$.seats' from freshdesk.custom_object_records"
            f" where display_id = '{records[7]}'"
        )
        assert stored == [("70",)]


def test_a_deleted_record_is_seen_the_next_day_by_the_count(account: Callable[..., Any]) -> None:
    """Also where as many were made as deleted; then the whole list is read."""
    with knowing(account, *OBJECTS, custom_objects=True) as acme:
        kind = long_list(acme)
        read(acme, *OBJECTS)
        acme.world.delete_record(kind, next(iter(acme.world.records[kind])))
        assert read(acme, *OBJECTS) == 1 + 2 + 2 + 5
        acme.world.delete_record(kind, next(iter(acme.world.records[kind])))
        acme.world.create_record(kind, key="in its place")
        assert read(acme, *OBJECTS) == 1 + 2 + 2 + 5
        assert read(acme, *OBJECTS) == 1 + 2 + 2


def test_the_whole_list_is_read_once_a_week_and_where_changes_cannot_be_asked_for(
    account: Callable[..., Any],
) -> None:
    """What moves neither time nor count is seen then, such as a field that was added to all records."""
    with knowing(account, *OBJECTS, custom_objects=True) as acme:
        kind = long_list(acme)
        read(acme, *OBJECTS)
        acme.server.switches.forbidden.add("custom_objects/schemas/{id}/records/count")
        assert read(acme, *OBJECTS) == 1 + 2 + 2 + 5
        acme.server.switches.forbidden.clear()
        acme.server.switches.rejected_params.add(("custom_objects/schemas/{id}/records", "updated_time[gte]"))
        assert read(acme, *OBJECTS) == 1 + 2 + 1 + 5
        acme.server.switches.rejected_params.clear()
        with acme.writing() as connection:
            connection.execute(
                "update freshdesk_meta.parents_read set whole_at = whole_at - interval 8 day"
                f" where table_name = 'custom_object_records' and parent_id = {kind}"
            )
        assert read(acme, *OBJECTS) == 1 + 2 + 5
        assert read(acme, *OBJECTS) == 1 + 2 + 2


def test_a_plan_that_loses_custom_objects_deletes_no_record(account: Callable[..., Any]) -> None:
    with knowing(account, *OBJECTS, custom_objects=True) as acme:
        long_list(acme)
        read(acme, *OBJECTS)
        counted = "select count(*), count(_deleted_at) from freshdesk.custom_object_records"
        before = acme.query(counted)
        acme.server.switches.custom_objects = False
        acme.world.clock.advance(timedelta(hours=25))
        acme.sync(select=OBJECTS, expect=False)
        assert acme.query(counted) == before


def test_a_plan_prices_changes_and_count(account: Callable[..., Any]) -> None:
    with account(tickets=60, custom_objects=True) as acme:
        acme.catalog = choose(declared_tables(), ["custom_objects"])
        long_list(acme)
        acme.sync(select=OBJECTS)
        acme.world.clock.advance(timedelta(hours=25))
        hold_to(acme, selection="group:custom_objects")
