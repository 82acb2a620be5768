"""A process to fork commands from, for all tests of this folder."""

from collections.abc import Iterator

import pytest

from freshdesk_assets_tests.chaos.site import Forks, forks


@pytest.fixture(scope="session")
def forked() -> Iterator[Forks]:
    with forks() as made:
        yield made
