"""A server of shelves, a client of it, and time that passes by sleeping only."""

from collections.abc import Iterator

import pytest

from freshdesk_assets.extract.http.client import Client
from freshdesk_assets_tests.extract.http.answering import KEY, Library
from freshdesk_assets_tests.extract.http.limited import VirtualClock
from freshdesk_assets_tests.serving import serving


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def library() -> Iterator[Library]:
    made = Library()
    with serving(made.answer) as made.url:
        yield made


@pytest.fixture
def reports() -> list[str]:
    """What the client reported."""
    return []


@pytest.fixture
def client(library: Library, clock: VirtualClock, reports: list[str]) -> Iterator[Client]:
    with Client(
        domain=library.url, api_key=KEY, clock=clock, sleep=clock.sleep, report=reports.append
    ) as made:
        yield made
