"""Serving a world on a loopback port, from a thread beside the test or the command line.

with serve(World(tickets=200), plan="growth") as server:
    requests.get(f"{server.url}/api/v2/tickets", auth=(server.key, "X"))
"""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, cast

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from freshdesk_assets.simulator.activities import export_of
from freshdesk_assets.simulator.calls import Switches
from freshdesk_assets.simulator.control import control_routes
from freshdesk_assets.simulator.faults import Faults
from freshdesk_assets.simulator.files import Files
from freshdesk_assets.simulator.metering import Meter
from freshdesk_assets.simulator.replies import Answering, Desk, RequestInfo
from freshdesk_assets.simulator.routes import ENDPOINTS
from freshdesk_assets.simulator.world import World

BASE_PATH = "/api/v2"
START_SECONDS = 10


class TearableProtocol(HttpToolsProtocol):
    """HTTP that lets an application tear its own connection, which two of the faults do."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the transport to the application in the scope's state."""
        super().connection_made(cast(asyncio.Transport, transport))
        self.app_state = {**self.app_state, "transport": transport}


class Server:
    """A world being served."""

    def __init__(self, desk: Desk, port: int) -> None:
        self._desk = desk
        self.url = f"http://127.0.0.1:{port}"
        self.world: World = desk.world
        self.switches: Switches = desk.switches
        self.faults: Faults = desk.faults
        self.meter: Meter = desk.meter

    @property
    def files(self) -> Files:
        """What the server of files has handed out, and to whom."""
        if self.world.files is None:
            raise RuntimeError("this world is served without files; say serve(world, files=True)")
        return self.world.files

    @property
    def key(self) -> str:
        """The API key that logs in."""
        return self.switches.key

    def before_request(self, callback: Callable[[RequestInfo], None]) -> None:
        """Call back, under the world's lock, before each request that is about to be answered."""
        self._desk.hooks.append(callback)


def application(desk: Desk) -> Starlette:
    """The API under its base path, the control plane beside it, and a 404 for the rest."""
    routes: list[BaseRoute] = [
        Route(f"{BASE_PATH}/{endpoint.path.replace('{id}', '{id:int}')}", Answering(desk, endpoint))
        for endpoint in ENDPOINTS
    ]
    return Starlette(routes=[*routes, *control_routes(desk), Route("/{path:path}", Answering(desk, None))])


def loopback_listener(port: int) -> socket.socket:
    """A listening socket; 0 takes a free port.

    The protocol is named because asyncio sets TCP_NODELAY only where it is: without that, each reply on a
    kept-alive connection waits 40 ms for an acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    return listener


class AbortingServer(uvicorn.Server):
    """Ends with no connection left open: a client that keeps one is cut off when the grace is over."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop as uvicorn does, then abort what a busy machine has not closed in time."""
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()
        # An aborted transport is closed in the next round of the loop.
        await asyncio.sleep(0)


@contextmanager
def serve(
    world: World,
    *,
    plan: str = "unlimited",
    metering_clock: Callable[[], float] = time.monotonic,
    window_seconds: float | None = None,
    other_tools: int = 0,
    includes_weigh_on_sublimits: bool = False,
    port: int = 0,
    files: bool = False,
    **switches: Any,
) -> Iterator[Server]:
    """Serve the world on 127.0.0.1 while the block runs; `switches` are those of `Switches`.

    files: a second server hands out the files that links lead to. Without it they lead nowhere.
    """
    meter = Meter(
        plan,
        clock=metering_clock,
        window_seconds=window_seconds,
        other_tools=other_tools,
        includes_weigh_on_sublimits=includes_weigh_on_sublimits,
    )
    desk = Desk(world=world, switches=Switches(**switches), faults=Faults(world.seed), meter=meter)
    with ExitStack() as stack:
        if files:
            world.files = Files(world.clock, partial(export_of, world))
            stack.callback(setattr, world, "files", None)
            files_port = stack.enter_context(served(world.files.application(), 0))
            world.files.url = f"http://127.0.0.1:{files_port}"
        yield Server(desk, stack.enter_context(served(application(desk), port)))


@contextmanager
def served(app: Starlette, port: int) -> Iterator[int]:
    """Serve an application while the block runs, on the port or a free one, and tell which."""
    listener = loopback_listener(port)
    config = uvicorn.Config(
        app,
        http=TearableProtocol,
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = AbortingServer(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError(f"the simulator did not start on port {listener.getsockname()[1]}")
        time.sleep(0.002)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
