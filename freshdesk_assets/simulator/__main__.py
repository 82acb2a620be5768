"""The simulator on the command line: `python -m freshdesk_assets.simulator --tickets 2000`."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from freshdesk_assets.simulator.metering import PLANS
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World


def zoned(text: str) -> datetime:
    """An ISO moment; without a zone it is UTC."""
    given = datetime.fromisoformat(text)
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m freshdesk_assets.simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8080, help="0 takes a free one")
    parser.add_argument("--tickets", type=int, default=2000)
    parser.add_argument("--days", type=int, default=42, help="how far back tickets were created")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan", choices=sorted(PLANS), default="enterprise", help="whose rate limits apply")
    parser.add_argument("--latency-ms", type=float, default=0, help="how long each reply takes at least")
    parser.add_argument("--key", default="demo-key", help="the API key that logs in")
    parser.add_argument("--frozen-now", type=zoned, help="stop the world's clock here; else it runs from now")
    parser.add_argument("--service-levels", action="store_true", help="due times follow from the policies")
    parser.add_argument("--eventful", action="store_true", help="days have more of what makes metrics hard")
    parser.add_argument("--files", action="store_true", help="hand out the files that links lead to")
    parser.add_argument("--live-keys", action="store_true", help="rows have keys of the newest accounts")
    parser.add_argument("--ready-file", type=Path, help="written when ready: JSON with url and key")
    return parser.parse_args(given)


def main() -> None:
    """Serve until interrupted or terminated."""
    options = arguments()
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    world = World(
        seed=options.seed,
        tickets=options.tickets,
        days=options.days,
        now=options.frozen_now or datetime.now(UTC),
        ticking=options.frozen_now is None,
        service_levels=options.service_levels,
        eventful=options.eventful,
        live_keys=options.live_keys,
    )
    with serve(
        world,
        plan=options.plan,
        port=options.port,
        files=options.files,
        latency_ms=options.latency_ms,
        key=options.key,
    ) as server:
        if options.ready_file:
            unfinished = options.ready_file.with_name(options.ready_file.name + ".part")
            unfinished.write_text(json.dumps({"url": server.url, "key": server.key}))
            unfinished.replace(options.ready_file)
        sys.stdout.write(f"Freshdesk simulator ready at {server.url} with API key {server.key}\n")
        sys.stdout.flush()
        stopped.wait()


if __name__ == "__main__":
    main()
