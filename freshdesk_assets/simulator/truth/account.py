"""A world that can say what is true of it: metrics of each ticket, and of each day."""

from datetime import datetime

from freshdesk_assets.simulator.clock import epoch, stamp
from freshdesk_assets.simulator.punctuality import Punctual
from freshdesk_assets.simulator.state import Row
from freshdesk_assets.simulator.truth.calendars import Calendar
from freshdesk_assets.simulator.truth.days import backlog_daily, ticket_fields_daily, volume_daily
from freshdesk_assets.simulator.truth.lives import Clocks, Life, status_labels
from freshdesk_assets.simulator.truth.metrics import ticket_metrics
from freshdesk_assets.simulator.truth.service import service_events, told
from freshdesk_assets.simulator.truth.teams import agent_daily, company_monthly, group_daily

UTC_CALENDAR: Row = {"id": 0, "time_zone": "UTC", "business_hours": {}}


class Measured(Punctual):
    """A world with metrics. They are as of `now`, which is the world's clock unless it is given."""

    def metrics(self, ticket_id: int, now: datetime | None = None) -> Row:
        """What is true of a ticket; its keys are columns of the view `ticket_metrics`, and lists of spans.

        With service levels there are `sla_events` too.
        """
        with self.lock:
            self.settle()
            life = Life(self, Clocks(self), self.tickets[ticket_id], self._instant(now))
            return self._told(life, status_labels(self))

    def all_metrics(self, now: datetime | None = None) -> Row:
        """All of it: `now`, `tickets` by number, and lists of rows by day.

        Tickets that were created after `now` are left out. Archived and deleted ones, and spam, are not.
        """
        with self.lock:
            self.settle()
            clocks, until, labels = Clocks(self), self._instant(now), status_labels(self)
            lives = [
                Life(self, clocks, ticket, until)
                for ticket in self.tickets.values()
                if epoch(ticket.row["created_at"]) <= until
            ]
            # What is spam or in the trash now does not count as volume.
            counting = [life for life in lives if not (life.ticket.deleted or life.ticket.row["spam"])]
            account = clocks.calendar(None) or Calendar(UTC_CALENDAR)
            return {
                "now": stamp(now or self.clock.now()),
                "tickets": {life.ticket.id: self._told(life, labels) for life in lives},
                "ticket_fields_daily": [row for life in lives for row in ticket_fields_daily(life, account)],
                "backlog_daily": backlog_daily(lives, account),
                "volume_daily": volume_daily(counting, account),
                "agent_daily": agent_daily(self, lives, account),
                "group_daily": group_daily(self, counting, account),
                "company_monthly": company_monthly(self, counting, account),
                "volume_daily_by_present_group": volume_daily(counting, account, historic=False),
            }

    def _told(self, life: Life, labels: dict[int, str]) -> Row:
        metrics = ticket_metrics(self, life, labels)
        if self.service_levels:
            metrics["sla_events"] = [told(event) for event in service_events(self, life)]
        return metrics

    def _instant(self, now: datetime | None) -> int:
        return epoch(stamp(now or self.clock.now()))
