"""A world is served until its server is stopped, by a test or from the command line."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.state import PLAIN_TABLES
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client


def test_the_command_line_serves_until_it_is_terminated(tmp_path: Path) -> None:
    """Benchmarks start it in a process of its own and drive it over its control plane."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-W", "error", "-m", "freshdesk_assets.simulator", "--port", "0"]
    command += ["--tickets", "60", "--frozen-now", "2026-01-31T12:00:00", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            known = json.loads(ready.read_text())
            assert known["url"] in line
            assert known["key"] in line
            auth = (known["key"], "X")
            plane = f"{known['url']}/_simulator"
            tickets = f"{known['url']}/api/v2/tickets"
            assert requests.get(tickets, auth=auth, timeout=10).headers["X-RateLimit-Total"] == "700"
            counters = requests.get(f"{plane}/counters", timeout=10).json()
            assert (counters["credits"], counters["calls"]) == (1, {"tickets": 1})
            assert requests.post(f"{plane}/reset", timeout=10).json()["requests"] == 0
            moment = requests.post(f"{plane}/advance", json={"hours": 2}, timeout=10).json()
            assert moment == {"now": "2026-01-31T14:00:00Z"}
            day = requests.post(f"{plane}/day_of_changes", timeout=10).json()
            assert day["now"] == "2026-02-01T14:00:00Z"
            assert day["changes"]["create_ticket"] > 0
            requests.post(f"{plane}/churn", json={"every": 1}, timeout=10)
            requests.post(f"{plane}/switches", json={"forbidden": ["roles"], "admin": True}, timeout=10)
            requests.post(f"{plane}/faults", json={"name": "unavailable", "path": "tickets"}, timeout=10)
            assert requests.get(tickets, auth=auth, timeout=10).status_code == 503
            assert requests.post(f"{plane}/faults", json={"name": "nonsense"}, timeout=10).status_code == 400
            assert requests.delete(f"{plane}/faults", timeout=10).status_code == 200
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (0, "")


def test_a_ticking_world_moves_with_real_time() -> None:
    """The demo's clock."""
    world = World(tickets=10, ticking=True)
    before = world.clock.now()
    time.sleep(0.01)
    assert world.clock.now() > before
    assert World(tickets=10).clock.now() == World(tickets=10).clock.now()


def test_servers_start_and_stop_cleanly_one_after_the_other() -> None:
    """Every test of an extractor starts its own; warnings are errors."""
    world = World(tickets=10)
    for _ in range(3):
        with serve(world) as server:
            client = Client(server)
            assert client.get("roles").status_code == 200
            client.session.close()
    assert set(PLAIN_TABLES) <= world.tables.keys()
