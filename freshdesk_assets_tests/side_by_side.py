"""Two simulated accounts that one file of accounts names, and the commands that replicate them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.programs import FOUND

SEEDS = MappingProxyType({"acme": 1, "beta": 2})
"""The names of the accounts, which also begin their schemas, each with the seed of its world."""


@dataclass(frozen=True)
class SideBySide:
    """The accounts, and a folder in which each machine has a folder of its own.

    since: the start date of both replicas.
    environment: what every command is given.
    """

    folder: Path
    since: datetime
    worlds: Mapping[str, World]
    servers: Mapping[str, Server]
    environment: dict[str, str]

    def begin(self, *words: str, machine: str = ".") -> subprocess.Popen[str]:
        """A command in a process of its own, whose machine's folder is its working directory."""
        of_machine = self.folder / machine
        of_machine.mkdir(exist_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "freshdesk_assets.cli", *words],
            cwd=of_machine,
            env={**self.environment, "DAGSTER_HOME": str(of_machine / "home"), "TMPDIR": str(of_machine)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *words: str, machine: str = ".", expect: int = 0) -> str:
        """What a command says, which ends as it should."""
        return ended(self.begin(*words, machine=machine), expect)


def ended(process: subprocess.Popen[str], expect: int = 0) -> str:
    """What a command has said by its end; fails if its exit code is another than expected."""
    said, _ = process.communicate(timeout=540)
    assert process.returncode == expect, said
    return said


@contextmanager
def side_by_side(
    folder: Path, tickets: Mapping[str, int], days: int, **environment: str
) -> Iterator[SideBySide]:
    """Serve an account for each of SEEDS, with tickets of so many days; nothing is replicated yet.

    environment: settings that every command is given besides those of the accounts.
    """
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    worlds = {
        name: World(seed=seed, tickets=tickets[name], now=now, days=days) for name, seed in SEEDS.items()
    }
    since = (now - timedelta(days=days + 40)).replace(hour=0, minute=0, second=0)
    with ExitStack() as served:
        servers = {
            name: served.enter_context(serve(world, key=f"key-of-{name}-nobody-may-read"))
            for name, world in worlds.items()
        }
        accounts = folder / "accounts.toml"
        accounts.write_text(
            "\n".join(
                f'[{name}]\ndomain = "{server.url}"\nkey = "KEY_OF_{name.upper()}"'
                for name, server in servers.items()
            )
        )
        yield SideBySide(
            folder=folder,
            since=since,
            worlds=worlds,
            servers=servers,
            environment={
                **FOUND,
                "PATH": os.environ["PATH"],
                "FRESHDESK_ACCOUNTS": str(accounts),
                "FRESHDESK_START_DATE": f"{since:%Y-%m-%d}",
                "FRESHDESK_PARTITIONS": "monthly",
                "COLUMNS": "1000",
                **{f"KEY_OF_{name.upper()}": server.key for name, server in servers.items()},
                **environment,
            },
        )
