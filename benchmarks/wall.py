"""How long a sync takes beside what the account's limit allows: `python -m benchmarks.wall`.

The simulator throttles as the plan does, and each reply takes time. The bound is the time that the credits
take at an even pace of the usable limit. A list with a limit of its own has its own bound; the longer of the
two counts.
"""

import argparse
import os
from dataclasses import dataclass

import dagster as dg

from benchmarks.replica import Replica, conditions, replica, show
from freshdesk_assets.simulator.metering import PLANS

RESERVE = 0.1
"""The share of the limit left to other programs; the default of FRESHDESK_RESERVE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One table of a run."""

    table: str
    seconds: float
    calls: int
    credits: int
    waited: float


def main() -> None:
    """One sync of an account whose limit slows it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=5_000)
    parser.add_argument("--plan", choices=sorted(PLANS), default="pack2000")
    parser.add_argument("--latency-ms", type=float, default=80)
    options = parser.parse_args()
    os.environ.pop("FRESHDESK_RESERVE", None)
    plan = PLANS[options.plan]
    usable = plan.total * (1 - RESERVE) / plan.window_seconds
    print(
        f"{options.tickets:,} tickets, {options.plan}, {options.latency_ms:g} ms a call, {usable * 60:,.0f}"
        f" credits a minute usable; {conditions()}"
    )
    with replica(tickets=options.tickets, plan=options.plan, latency_ms=options.latency_ms) as account:
        took = account.sync().seconds
        meter = account.server.meter
        steps = recorded(account)
    rows: list[tuple[object, ...]] = []
    for step in sorted(steps, key=lambda step: -step.seconds):
        bound = step.credits / usable
        rows.append(
            (step.table, step.calls, step.credits, step.seconds, step.waited, bound, step.seconds / bound)
        )
    total, seconds = sum(step.credits for step in steps), sum(step.seconds for step in steps)
    bound = total / usable
    rows.append(("tables", sum(step.calls for step in steps), total, seconds, None, bound, seconds / bound))
    rows.append(("command", meter.requests, meter.credits, took, None, bound, took / bound))
    show("First sync", ("table", "calls", "credits", "seconds", "waited", "bound", "ratio"), rows)
    for name, allowed in (("tickets", plan.tickets_list), ("contacts", plan.contacts_list)):
        if allowed:
            least = meter.calls[name] / (allowed * (1 - RESERVE) / plan.window_seconds)
            print(f"\nList of {name}: {meter.calls[name]} calls, bound {least:.1f} s by its own limit")
    print(f"\n429s: {meter.throttled}; calls under way at once: {meter.max_concurrency}")


def recorded(account: Replica) -> list[Step]:
    """Dagster's records of the run's tables."""
    os.environ["DAGSTER_HOME"] = str(account.dagster_home)
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs(limit=1)
        spans = {each.step_key: each for each in instance.get_run_step_stats(run.run_id)}
        found: dict[str, Step] = {}
        for entry in instance.all_logs(run.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION):
            event = entry.get_dagster_event()
            materialization = event.step_materialization_data.materialization
            name = materialization.asset_key.path[-1]
            told = {key: value.value for key, value in materialization.metadata.items()}
            if "api_calls" not in told:
                # The totals of a range are metadata of its last partition.
                continue
            span = spans[event.step_key or ""]
            found[name] = Step(
                table=name,
                seconds=(span.end_time or 0.0) - (span.start_time or 0.0),
                calls=int(str(told["api_calls"])),
                credits=int(str(told["api_credits"])),
                waited=float(str(told["seconds_waited_for_limit"])),
            )
    return list(found.values())


if __name__ == "__main__":
    main()
