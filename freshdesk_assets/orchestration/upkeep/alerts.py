"""From incidents to one message to a webhook for each cause, and one more when it is over."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

import dagster as dg

from freshdesk_assets.extract.http.webhook import deliver
from freshdesk_assets.orchestration.account_names import ALONE, Names
from freshdesk_assets.orchestration.names import ALERTS
from freshdesk_assets.orchestration.run_lock import end_dead_runs
from freshdesk_assets.orchestration.upkeep.incidents import (
    LONGEST,
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

NAMED = 3
"""Up to so many tables of one cause are named in a sentence; more are counted."""


@dataclass(slots=True, kw_only=True)
class AlertState:
    """What the sensor remembers.

    - `until`: up to when it looked at runs, in seconds since 1970.
    - `told`: incidents that were sent.
    - `untold`: incidents that could not be sent yet.
    - `settled`: incidents that were sent and are over, while others of their cause are not.
    """

    until: float = 0.0
    told: dict[str, Incident] = field(default_factory=dict)
    untold: dict[str, Incident] = field(default_factory=dict)
    settled: dict[str, Incident] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> "AlertState":
        """The cursor as it was written, by an earlier version too; a new one from anything else."""
        try:
            kept = json.loads(text or "{}")
            told, untold, settled = (
                {id_: Incident(**each) for id_, each in found.items()}
                for found in (kept["told"], kept["untold"], kept.get("settled", {}))
            )
            return cls(until=kept["until"], told=told, untold=untold, settled=settled)
        except (ValueError, TypeError, KeyError):
            return cls()

    def text(self) -> str:
        """As Dagster keeps it."""
        return json.dumps(asdict(self))


def build_alerts(settings: Settings, names: Names = ALONE) -> dg.SensorDefinition:
    """The sensor that calls FRESHDESK_ALERT_WEBHOOK; on from the start if that is set."""
    hook = settings.alert_webhook
    url = hook.get_secret_value() if hook else None

    @dg.sensor(
        name=names.name(ALERTS),
        minimum_interval_seconds=60,
        description="Calls FRESHDESK_ALERT_WEBHOOK once for each cause for which assets of a run failed, each"
        " blocking check that did not pass, and the assets that are later than their freshness policies"
        " allow, and once more when all of them are well again.",
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
        wrong = {id_: each for id_, each in failed.items() if not made_up_for(instance, repository, each)}
        wrong |= {each.id: each for each in failed_checks(instance, repository, known.values())}
        wrong |= {each.id: each for each in stale(instance, repository, now)}
        kept, refused = _tell(url, settings.ui_url, wrong, state, now)
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
    url: str, ui_url: str, wrong: Mapping[str, Incident], before: AlertState, now: datetime
) -> tuple[AlertState, str | None]:
    """Send what is new and what is over; what to remember, and why the webhook refused the rest."""
    # Made up for is what succeeds after it failed for the last time. The cause stays the one that was told.
    told = {
        id_: replace(each, at=max(each.at, wrong[id_].at))
        if id_ in wrong and each.kind == "failure"
        else each
        for id_, each in before.told.items()
    }
    settled = dict(before.settled)
    news = [(each, False) for each in _by_cause(each for id_, each in wrong.items() if id_ not in told)]
    for group in _by_cause(told.values()):
        if all(each.id not in wrong for each in group):
            news.append((group, True))
        else:
            settled |= {each.id: each for each in group if each.id not in wrong}
            told = {id_: each for id_, each in told.items() if each not in group or id_ in wrong}
    refused = None
    for group, over in news[:AT_ONCE]:
        cause = group[0].cause
        with_it = [each for each in settled.values() if each.cause == cause and each.id not in wrong]
        shown = [*with_it, *group] if over else group
        if refused := deliver(url, message(shown, ui_url, over=over, now=now)):
            break
        if over:
            told = {id_: each for id_, each in told.items() if each.cause != cause}
            settled = {id_: each for id_, each in settled.items() if each.cause != cause}
        else:
            told |= {each.id: each for each in group}
    untold = {id_: each for id_, each in wrong.items() if id_ not in told}
    return AlertState(until=now.timestamp(), told=told, untold=untold, settled=settled), refused


def _by_cause(incidents: Iterable[Incident]) -> list[list[Incident]]:
    """Incidents of one cause together, in the order of the first of each."""
    found: dict[str, list[Incident]] = {}
    for each in incidents:
        found.setdefault(each.cause, []).append(each)
    return list(found.values())


def message(incidents: Sequence[Incident], ui_url: str, *, over: bool, now: datetime) -> dict[str, object]:
    """What the webhook is sent of a cause; `text` is for chats, which show that and ignore the rest."""
    first, tables = incidents[0], [each.table for each in incidents]
    link = f"{ui_url}/{first.path}"
    named = ", ".join(tables[:NAMED]) + (f" and {len(tables) - NAMED} more" if len(tables) > NAMED else "")
    where = named + (f" {first.partition}" if first.partition else "")
    error = "; ".join(dict.fromkeys(each.error for each in incidents))[:LONGEST]
    of = f" {first.account}" if first.account else ""
    said = f"{where}: well again" if over else f"{where}: {error}"
    return {
        "kind": "recovered" if over else first.kind,
        "table": named,
        "tables": tables,
        "partition": first.partition,
        "error": error,
        "link": link,
        "at": datetime.fromtimestamp(now.timestamp() if over else first.at, UTC).isoformat(),
        "text": f"Freshdesk replica{of}: {said} ({link})",
        **({"account": first.account} if first.account else {}),
    }
