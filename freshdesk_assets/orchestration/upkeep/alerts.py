"""From incidents to one message to a webhook about each, and one more when it is over."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg

from freshdesk_assets.extract.http.webhook import deliver
from freshdesk_assets.orchestration.names import ALERTS
from freshdesk_assets.orchestration.run_lock import end_dead_runs
from freshdesk_assets.orchestration.upkeep.incidents import (
    Incident,
    failed_checks,
    failures,
    made_up_for,
    stale,
)
from freshdesk_assets.settings import Settings

LOOK_BACK = timedelta(days=1)
"""The sensor's first tick also reports failures of this time before it, unless they were made up for."""

OVERLAP = timedelta(minutes=5)
"""A run's end may be recorded a little later than its timestamp says."""

AT_ONCE = 20
"""At most so many messages a tick: Dagster stops a tick after a minute."""


@dataclass(slots=True, kw_only=True)
class AlertState:
    """What the sensor remembers.

    - `until`: up to when it looked at runs, in seconds since 1970.
    - `told`: incidents that were sent.
    - `untold`: incidents that could not be sent yet.
    """

    until: float = 0.0
    told: dict[str, Incident] = field(default_factory=dict)
    untold: dict[str, Incident] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "AlertState":
        """The cursor as it was written; a new one from anything else."""
        try:
            kept = json.loads(text or "{}")
            return cls(
                until=kept["until"],
                told={id_: Incident(**each) for id_, each in kept["told"].items()},
                untold={id_: Incident(**each) for id_, each in kept["untold"].items()},
            )
        except (ValueError, TypeError, KeyError):
            return cls()

    def text(self) -> str:
        """As Dagster keeps it."""
        return json.dumps(asdict(self))


def build_alerts(settings: Settings) -> dg.SensorDefinition:
    """The sensor that calls FRESHDESK_ALERT_WEBHOOK; on from the start if that is set."""
    hook = settings.alert_webhook
    url = hook.get_secret_value() if hook else None

    @dg.sensor(
        name=ALERTS,
        minimum_interval_seconds=60,
        description="Calls FRESHDESK_ALERT_WEBHOOK once for each asset or job that failed, each blocking"
        " check that did not pass, and each asset that is later than its freshness policy allows, and once"
        " more when it is well again.",
        default_status=dg.DefaultSensorStatus.RUNNING if url else dg.DefaultSensorStatus.STOPPED,
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        repository = context.repository_def
        if url is None or repository is None:
            return dg.SensorResult(skip_reason="FRESHDESK_ALERT_WEBHOOK is not set: no alerts are sent")
        now, instance = datetime.now(UTC), context.instance
        end_dead_runs(instance)
        state = AlertState.read(context.cursor)
        since = datetime.fromtimestamp(state.until, UTC) - OVERLAP if state.until else now - LOOK_BACK
        known = {**state.untold, **state.told}
        failed = {each.id: each for each in known.values() if each.kind == "failure"}
        failed |= {each.id: each for each in failures(instance, repository, since)}
        wrong = {id_: each for id_, each in failed.items() if not made_up_for(instance, each)}
        wrong |= {each.id: each for each in failed_checks(instance, repository, known.values())}
        wrong |= {each.id: each for each in stale(instance, repository, now)}
        said, refused = _tell(url, settings.ui_url, wrong, state.told, now)
        kept = AlertState(
            until=now.timestamp(),
            told=said,
            untold={id_: each for id_, each in wrong.items() if id_ not in said},
        )
        why = (
            f"the webhook did not accept a message ({refused}): it is sent again at the next tick"
            if refused
            else None
        )
        return dg.SensorResult(
            skip_reason=why or (f"{len(wrong)} incidents are open" if wrong else "no incidents"),
            cursor=kept.text(),
        )

    return alerts


def _tell(
    url: str, ui_url: str, wrong: Mapping[str, Incident], told: Mapping[str, Incident], now: datetime
) -> tuple[dict[str, Incident], str | None]:
    """Send what is new and what is over; the incidents sent so far, and why the webhook refused the rest."""
    after = dict(told)
    news = [(each, False) for id_, each in wrong.items() if id_ not in told]
    news += [(each, True) for id_, each in told.items() if id_ not in wrong]
    for incident, over in news[:AT_ONCE]:
        if refused := deliver(url, message(incident, ui_url, over=over, now=now)):
            return after, refused
        if over:
            del after[incident.id]
        else:
            after[incident.id] = incident
    return after, None


def message(incident: Incident, ui_url: str, *, over: bool, now: datetime) -> dict[str, str | None]:
    """What the webhook is sent; `text` is for chats, which show that and ignore the rest."""
    link = f"{ui_url}/{incident.path}"
    where = incident.table + (f" {incident.partition}" if incident.partition else "")
    said = f"{where} is well again" if over else f"{where}: {incident.error}"
    return {
        "kind": "recovered" if over else incident.kind,
        "table": incident.table,
        "partition": incident.partition,
        "error": incident.error,
        "link": link,
        "at": datetime.fromtimestamp(now.timestamp() if over else incident.at, UTC).isoformat(),
        "text": f"Freshdesk replica: {said} ({link})",
    }
