"""What the replica's owner says of the account where Freshdesk does not: holidays, and what statuses mean."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """A day on which nobody works by a calendar, named by its name or id; by all calendars without one.

    Without a year it recurs each year.
    """

    month: int
    day: int
    year: int | None = None
    calendar: str = ""
    name: str | None = None


STOPPED = ("Pending", "Resolved", "Closed", "Waiting on Customer")
ON_CUSTOMER = ("Pending", "Waiting on Customer")
ON_THIRD_PARTY = ("Waiting on Third Party",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What metrics go by. Statuses are named by their label or number; without any, the usual ones hold.

    - `stopped`: those in which the clock of the resolution stands still.
    - `on_customer`, `on_third_party`: those in which a ticket waits for the customer, or for somebody else.
    """

    holidays: tuple[Holiday, ...] = ()
    stopped: tuple[str, ...] = ()
    on_customer: tuple[str, ...] = ()
    on_third_party: tuple[str, ...] = ()

    @property
    def statuses(self) -> list[tuple[str, str | None, bool, bool]]:
        """Rows of `freshdesk_meta.status_rules`: status, whom it waits on, clock stopped, if it is set."""
        return [
            *((name, None, True, bool(self.stopped)) for name in self.stopped or STOPPED),
            *((name, "customer", False, bool(self.on_customer)) for name in self.on_customer or ON_CUSTOMER),
            *(
                (name, "third_party", False, bool(self.on_third_party))
                for name in self.on_third_party or ON_THIRD_PARTY
            ),
        ]
