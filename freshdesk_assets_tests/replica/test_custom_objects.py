"""Custom objects: each kind has a view whose rows and columns are those of the account."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from freshdesk_assets.chosen import views_over
from freshdesk_assets.schema.choosing import choose
from freshdesk_assets.tables import declared_tables
from freshdesk_assets_tests.replica.account import Account

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
