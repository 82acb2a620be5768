"""From a view with a row per day to numbers by day, with the credits spent on each."""

from collections.abc import Sequence
from datetime import date

from freshdesk_assets.warehouse.file import Connection
from freshdesk_assets.warehouse.ledger.tables import ledger
from freshdesk_assets.warehouse.shape import qualified
from freshdesk_assets.warehouse.sql import identifier

DAY = "day"
CREDITS = "api_credits"

Numbers = dict[str, int | float]
"""The numbers of a day by their names; what is null is left out."""


def numbers_by_day(
    connection: Connection, view: tuple[str, str], columns: Sequence[str], since: date
) -> dict[date, Numbers]:
    """The numbers in these columns of the view, for each of its days from `since` on."""
    schema, name = view
    chosen = ", ".join(f"v.{identifier(column)}" for column in columns)
    spent = f"select day, sum(credits) as credits from {ledger(connection, 'credits')} group by day"
    rows = connection.execute(
        f"select v.{DAY}, coalesce(c.credits, 0)::bigint, {chosen} from {qualified(name, schema)} v"
        f" left join ({spent}) c on c.day = v.{DAY} where v.{DAY} >= ? order by v.{DAY}",
        [since],
    ).fetchall()
    return {
        day: {
            key: value for key, value in zip((CREDITS, *columns), numbers, strict=True) if value is not None
        }
        for day, *numbers in rows
    }
