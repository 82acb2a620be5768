"""One account for tests that only read, and a fresh one for those that change it."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World


class Client:
    """A plain client: no retries, no paging unless asked."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.auth = (server.key, "X")

    def get(self, path: str, **params: Any) -> requests.Response:
        """GET one path below the base path."""
        url = f"{self.server.url}/api/v2/{path}"
        return self.session.get(url, params=params, allow_redirects=False, timeout=10)

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All rows of a list, following Link."""
        reply = self.get(path, **{"per_page": 100, **params})
        found = list(reply.json())
        while "next" in reply.links:
            reply = self.session.get(reply.links["next"]["url"], timeout=10)
            found += reply.json()
        return found


@pytest.fixture(scope="session")
def old_world() -> World:
    """An account nobody changes."""
    return World(seed=7, tickets=1200)


@pytest.fixture(scope="session")
def read_only(old_world: World) -> Iterator[Client]:
    """A client of the account nobody changes; nor may its switches be changed."""
    with serve(old_world) as server:
        client = Client(server)
        yield client
        client.session.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A small account of the test's own."""
    with serve(World(seed=3, tickets=120)) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """A client of the test's own account."""
    client = Client(server)
    yield client
    client.session.close()
