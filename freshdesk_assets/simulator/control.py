"""The control plane: HTTP under /_simulator/, to drive a simulator that runs in another process.

No authentication: the server listens on the loopback interface only.

    GET    /_simulator/counters        what has been counted since the last reset
    GET    /_simulator/log             the last requests
    GET    /_simulator/clock           the world's time
    GET    /_simulator/metrics         what is true of every ticket and day, as of now
    GET    /_simulator/files           how often the server of files was asked, and with credentials
    POST   /_simulator/expire_files    make every link to a file worthless
    POST   /_simulator/reset           forget the counters
    POST   /_simulator/advance         {"hours": 1.5}
    POST   /_simulator/day_of_changes  {"days": 1}
    POST   /_simulator/bulk_update     {"count": 250}
    POST   /_simulator/churn           {"every": 3}, or {"every": null} to end it
    POST   /_simulator/move_folder     {"requests": 4, "folder_id": 1, "category_id": 2}
    POST   /_simulator/plan            {"plan": "growth"}
    POST   /_simulator/switches        {"admin": false, "forbidden": ["roles"], ...}
    POST   /_simulator/faults          {"name": "unavailable", "path": "tickets", "times": 2, ...options}
    DELETE /_simulator/faults          disarm all
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

if TYPE_CHECKING:
    from freshdesk_assets.simulator.replies import Desk

Given = dict[str, Any]
PREFIX = "/_simulator"


class Control:
    """What can be asked of, and done to, a world being served."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def counters(self, _given: Given) -> Given:
        """What has been counted since the last reset."""
        return self.desk.meter.counters()

    def log(self, _given: Given) -> Given:
        """The last requests, oldest first."""
        return {"requests": [asdict(line) for line in self.desk.meter.log]}

    def clock(self, _given: Given) -> Given:
        """The world's time."""
        return {"now": self.desk.world.clock.stamp()}

    def metrics(self, _given: Given) -> Given:
        """What is true of every ticket and day, as of now."""
        return self.desk.world.all_metrics()

    def files(self, _given: Given) -> Given:
        """How often the server of files was asked; nothing if there is none."""
        files = self.desk.world.files
        return dict(files.counters()) if files else {}

    def expire_files(self, given: Given) -> Given:
        """Make every link to a file worthless."""
        if self.desk.world.files:
            self.desk.world.files.expire()
        return self.files(given)

    def reset(self, given: Given) -> Given:
        """Forget the counters."""
        self.desk.meter.reset()
        return self.counters(given)

    def advance(self, given: Given) -> Given:
        """Move the world's clock."""
        self.desk.world.clock.advance(timedelta(hours=given["hours"]))
        return self.clock(given)

    def day_of_changes(self, given: Given) -> Given:
        """Let days pass."""
        before = self.desk.world.changes_made.copy()
        for _ in range(given.get("days", 1)):
            self.desk.world.day_of_changes()
        return {**self.clock(given), "changes": dict(self.desk.world.changes_made - before)}

    def bulk_update(self, given: Given) -> Given:
        """Change many tickets in one second."""
        return {"ticket_ids": self.desk.world.bulk_update(given["count"])}

    def churn(self, given: Given) -> Given:
        """Let something happen before every k-th list request."""
        self.desk.world.churn(given["every"])
        return given

    def move_folder(self, given: Given) -> Given:
        """Move a folder of the knowledge base after so many more of its requests."""
        self.desk.world.move_folder_after(**given)
        return given

    def plan(self, given: Given) -> Given:
        """Move the account to another plan."""
        self.desk.meter.use_plan(given["plan"])
        return given

    def switches(self, given: Given) -> Given:
        """Set switches by name; a JSON list becomes the set that the switch holds."""
        switches = self.desk.switches
        for name, value in given.items():
            present = getattr(switches, name)
            if isinstance(present, set):
                value = {tuple(item) if isinstance(item, list) else item for item in value}
            setattr(switches, name, value.encode() if isinstance(present, bytes) else value)
        return given

    def arm_fault(self, given: Given) -> Given:
        """Arm a fault; keys beyond name, path, times, probability and after are its options."""
        fault = self.desk.faults.add(given.pop("name"), **given)
        return {"name": fault.name, "path": fault.path, "times": fault.times}

    def clear_faults(self, _given: Given) -> Given:
        """Disarm all."""
        self.desk.faults.clear()
        return {}


def control_routes(desk: Desk) -> list[Route]:
    """The control plane's routes."""
    control = Control(desk)

    def route(path: str, method: str, act: Callable[[Given], Given]) -> Route:
        return Route(f"{PREFIX}/{path}", answering(act), methods=[method])

    return [
        route("counters", "GET", control.counters),
        route("log", "GET", control.log),
        route("clock", "GET", control.clock),
        route("metrics", "GET", control.metrics),
        route("files", "GET", control.files),
        route("expire_files", "POST", control.expire_files),
        route("reset", "POST", control.reset),
        route("advance", "POST", control.advance),
        route("day_of_changes", "POST", control.day_of_changes),
        route("bulk_update", "POST", control.bulk_update),
        route("churn", "POST", control.churn),
        route("move_folder", "POST", control.move_folder),
        route("plan", "POST", control.plan),
        route("switches", "POST", control.switches),
        route("faults", "POST", control.arm_fault),
        route("faults", "DELETE", control.clear_faults),
    ]


def answering(act: Callable[[Given], Given]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that takes a JSON object, or nothing, and answers with one; 400 says what was wrong."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        try:
            answer, status = act(json.loads(body) if body else {}), 200
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            answer, status = {"error": f"{type(error).__name__}: {error}"}, 400
        return Response(json.dumps(answer), status, media_type="application/json")

    return endpoint
