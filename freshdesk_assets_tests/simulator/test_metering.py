"""Credits, limits and counters, with a clock of their own so that no test waits."""

import threading

import requests

from freshdesk_assets.simulator.server import Server, serve
from freshdesk_assets.simulator.world import World
from freshdesk_assets_tests.simulator.conftest import Client


class Seconds:
    """A metering clock moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """The present second."""
        return self.now


def spent(reply: requests.Response) -> int:
    """What the reply says it cost."""
    return int(reply.headers["X-RateLimit-Used-CurrentRequest"])


def test_includes_cost_two_credits_in_lists_and_one_in_views(server: Server, client: Client) -> None:
    """As documented; refused calls cost too."""
    number = server.world.shelves["live"].updated_at[0][1]
    assert spent(client.get("tickets")) == 1
    assert spent(client.get("tickets", include="stats")) == 3
    assert spent(client.get("tickets", include="stats,requester,company")) == 7
    assert spent(client.get(f"tickets/{number}", include="requester,company")) == 3
    assert spent(client.get("roles", colour="red")) == 1
    assert spent(client.get("nowhere")) == 1
    assert server.meter.credits == 1 + 3 + 7 + 3 + 1 + 1


def test_a_plan_refuses_the_call_it_does_not_cover_until_the_minute_is_over() -> None:
    """Retry-After is in whole seconds, the body is no JSON, and the refused call costs nothing."""
    seconds = Seconds()
    with serve(World(tickets=20), plan="trial", metering_clock=seconds) as server:
        client = Client(server)
        replies = [client.get("roles") for _ in range(51)]
        assert [reply.status_code for reply in replies] == [200] * 50 + [429]
        assert [int(reply.headers["X-RateLimit-Remaining"]) for reply in replies[:3]] == [49, 48, 47]
        assert replies[0].headers["X-RateLimit-Total"] == "50"
        refused = replies[-1]
        assert (refused.headers["Retry-After"], refused.content, spent(refused)) == ("60", b"<slow down>", 0)
        seconds.now = 59.5
        assert client.get("roles").headers["Retry-After"] == "1"
        seconds.now = 60
        assert client.get("roles").status_code == 200
        assert (server.meter.throttled, server.meter.credits) == (2, 51)
        client.session.close()


def test_the_tickets_list_has_a_limit_of_its_own_while_plenty_remains() -> None:
    """Remaining is the account's, so it does not warn."""
    with serve(World(tickets=20), plan="growth", metering_clock=Seconds()) as server:
        client = Client(server)
        assert {client.get("tickets").status_code for _ in range(20)} == {200}
        refused = client.get("tickets")
        assert refused.status_code == 429
        assert int(refused.headers["X-RateLimit-Remaining"]) == 180
        assert client.get("contacts").status_code == 200
        client.session.close()


def test_an_hourly_account_makes_callers_wait_for_long() -> None:
    """Retry-After in the hundreds or thousands."""
    with serve(World(tickets=20), plan="estate_hourly", metering_clock=Seconds(), other_tools=0) as server:
        server.meter.charge(4999)
        client = Client(server)
        assert client.get("roles").headers["X-RateLimit-Total"] == "5000"
        assert client.get("roles").headers["Retry-After"] == "3600"
        client.session.close()


def test_other_tools_eat_from_the_same_quota() -> None:
    """The limit is account-wide."""
    seconds = Seconds()
    with serve(World(tickets=20), plan="trial", metering_clock=seconds, other_tools=40) as server:
        client = Client(server)
        seconds.now = 30
        assert client.get("roles").headers["X-RateLimit-Remaining"] == "29"
        client.session.close()


def test_a_window_can_be_short() -> None:
    """For tests that really wait."""
    with serve(World(tickets=20), plan="trial", window_seconds=5, metering_clock=Seconds()) as server:
        server.meter.charge(50)
        client = Client(server)
        assert client.get("roles").headers["Retry-After"] == "5"
        client.session.close()


def test_counters_tell_calls_by_template_and_can_be_reset(server: Server, client: Client) -> None:
    """Benchmarks count credits per endpoint."""
    for number in list(server.world.tickets)[10:13]:
        client.get(f"tickets/{number}/conversations")
    client.get("tickets", include="stats")
    assert server.meter.calls == {"tickets/{id}/conversations": 3, "tickets": 1}
    assert server.meter.credits_by_path["tickets"] == 3
    last = server.meter.log[-1]
    assert (last.method, last.path, last.query, last.status, last.credits) == (
        "GET",
        "/api/v2/tickets",
        "include=stats",
        200,
        3,
    )
    server.meter.reset()
    assert (server.meter.credits, server.meter.requests, len(server.meter.log)) == (0, 0, 0)


def test_the_meter_sees_how_many_calls_run_at_once() -> None:
    """Latency overlaps, so that concurrency pays as it does against the real thing."""
    with serve(World(tickets=20), latency_ms=100) as server:
        clients = [Client(server) for _ in range(4)]
        threads = [threading.Thread(target=client.get, args=("roles",)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.meter.max_concurrency == 4
        for client in clients:
            client.session.close()
