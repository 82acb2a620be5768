"""A file holds one account, and knows which."""

from collections.abc import Callable
from typing import Any

import pytest

from freshdesk_assets.cli import main
from freshdesk_assets.orchestration.names import ONLY_MISSING, RECONCILE
from freshdesk_assets.simulator.server import serve
from freshdesk_assets.simulator.world import World

FEW = ["agents", "companies"]


def rows(acme: Any) -> list[Any]:
    """What is stored of the account's people."""
    return acme.query("select id, name, _synced_at from freshdesk.companies order by id")  # type: ignore[no-any-return]


def read(acme: Any, tags: dict[str, str] | None = None, **options: Any) -> Any:
    """A run of a few tables over the last partition."""
    last = f"{acme.world.clock.now():%Y-%m-01}"
    return acme.run(last, last, {ONLY_MISSING: "true"} if tags is None else tags, select=FEW, **options)


def test_another_account_is_refused_by_every_run(
    account: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mixed in one file, two accounts could never be told apart again."""
    with account(tickets=20) as acme, serve(World(seed=2, tickets=40)) as other:
        read(acme)
        before = rows(acme)
        monkeypatch.setenv("FRESHDESK_DOMAIN", other.url)
        for tags in ({}, {RECONCILE: "true"}):
            with pytest.raises(AssertionError, match=r"holds the account 127.*FRESHDESK_DUCKDB.*begin-anew"):
                read(acme, tags)
        assert rows(acme) == before
        # Each run asked whose account it is, once, and nothing more.
        assert [line.path for line in other.meter.log] == ["/api/v2/account"] * 2
        monkeypatch.setenv("FRESHDESK_DOMAIN", acme.server.url)
        read(acme)


def test_the_commands_refuse_before_anything_is_made_and_begin_anew_when_told_to(
    account: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The sentence says what the file holds, what was set, and both ways out."""
    select = ("--select", 'key:"freshdesk/companies" or key:"published/copy"')
    with account(tickets=20) as acme, serve(World(seed=2, tickets=40)) as other:
        monkeypatch.setenv("FRESHDESK_START_DATE", f"{acme.partitioning.since:%Y-%m-%d}")
        monkeypatch.setenv("DAGSTER_HOME", str(acme.path.with_name("of_the_command")))
        assert main(["sync", *select]) == 0
        before = rows(acme)
        monkeypatch.setenv("FRESHDESK_DOMAIN", other.url)
        monkeypatch.setenv("FRESHDESK_API_KEY", other.key)
        capsys.readouterr()
        for command in ("sync", "plan"):
            assert main([command, *select]) == 2
            said = capsys.readouterr().err
            assert f"holds the account {acme.server.url[7:]}, and FRESHDESK_DOMAIN is {other.url[7:]}" in said
        assert other.meter.requests == 2

        other.switches.forbidden = {"account"}
        assert main(["sync", *select]) == 2
        assert "--renamed" in capsys.readouterr().err
        assert rows(acme) == before

        assert main(["begin-anew"]) == 0
        aside = sorted(path.name for path in acme.path.parent.glob("*_until_*"))
        assert [name.split("_until_")[0] for name in aside] == ["replica_published", "replica"]
        assert main(["sync", *select]) == 0
        assert rows(acme) != before
        assert len(rows(acme)) == len(other.world.truth("companies"))
