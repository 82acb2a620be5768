"""Definitions of several accounts: each has its own of everything, and one alone has the plain names."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from freshdesk_assets import locations
from freshdesk_assets.definitions import defs
from freshdesk_assets.orchestration.account_names import Names, account_of, names_of
from freshdesk_assets.orchestration.executor import execute
from freshdesk_assets.orchestration.names import ACCOUNT
from freshdesk_assets.orchestration.run_lock import under_way
from freshdesk_assets.orchestration.upkeep.alerts import message
from freshdesk_assets.orchestration.upkeep.incidents import Incident
from freshdesk_assets_tests.recording import recording
from freshdesk_assets_tests.test_accounts import TWO, environment, written

__all__ = ["environment"]

PLAIN_JOBS = {"keep_current", "reconcile", "replicate", "replicate_live", "replicate_slow"}
PLAIN_SCHEDULES = {
    "close_yesterday",
    "keep_current",
    "reconcile_nightly",
    "reread_nightly",
    "reread_weekly",
    "slow_tables",
}


def jobs(repository: dg.RepositoryDefinition) -> set[str]:
    return {job.name for job in repository.get_all_jobs()} - {"__ASSET_JOB"}


def test_one_account_alone_has_the_names_of_before() -> None:
    """They are stored in Dagster: records, cursors and alerts refer to them."""
    made = defs()
    repository = made.get_repository_def()
    graph = made.resolve_asset_graph()
    assert jobs(repository) == {*PLAIN_JOBS, "tidy"}
    assert {each.name for each in repository.schedule_defs} == {*PLAIN_SCHEDULES, "tidy"}
    assert {each.name for each in repository.sensor_defs} == {"anything_new", "alerts"}
    assert set(repository.get_top_level_resources()) == {"duckdb", "freshdesk", "io_manager"}
    tickets = graph.get(dg.AssetKey(["freshdesk", "tickets"]))
    assert (tickets.pools, tickets.group_name) == ({"freshdesk"}, "tickets")
    assert tickets.assets_def.node_def.name == "freshdesk__tickets"
    assert all(len(key.path) == 2 for key in graph.get_all_asset_keys())
    assert not any(ACCOUNT in graph.get(key).tags for key in graph.get_all_asset_keys())
    assert ACCOUNT not in made.resolve_job_def("replicate").tags


def test_each_account_has_its_own_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """What looks after the records of all runs is there once."""
    plain = {key.to_user_string() for key in defs().resolve_asset_graph().get_all_asset_keys()}
    written(monkeypatch, TWO.replace('tables = ["discussions", "-solutions"]', ""))
    made = defs()
    repository, graph = made.get_repository_def(), made.resolve_asset_graph()
    keys = {key.to_user_string() for key in graph.get_all_asset_keys()}
    assert keys == {f"{prefix}/{key}" for prefix in ("acme", "beta") for key in plain}
    both = ("acme", "beta")
    assert jobs(repository) == {f"{prefix}__{name}" for prefix in both for name in PLAIN_JOBS} | {"tidy"}
    schedules = {f"{prefix}__{name}" for prefix in both for name in PLAIN_SCHEDULES}
    assert {each.name for each in repository.schedule_defs} == schedules | {"tidy"}
    assert {each.name for each in repository.sensor_defs} == {
        "acme__anything_new",
        "beta__anything_new",
        "alerts",
    }


def test_nothing_of_an_account_is_made_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an asset, nor a check, nor a resource, a pool or a link."""
    written(monkeypatch, TWO)
    made = defs()
    graph = made.resolve_asset_graph()
    for key in graph.get_all_asset_keys():
        node, other = graph.get(key), "beta" if key.path[0] == "acme" else "acme"
        assert {parent.path[0] for parent in node.parent_keys} <= {key.path[0]}
        assert str(node.group_name).startswith(f"{key.path[0]}__")
        assert node.tags[ACCOUNT] == key.path[0]
        assert f"/assets/{other}/" not in (node.description or "")
        assert "(/assets/freshdesk/" not in (node.description or "")
        if node.is_executable:
            needed = node.assets_def.required_resource_keys
            assert needed
            assert all(each.startswith(f"{key.path[0]}__") for each in needed)
            assert set(node.pools or ()) <= {f"freshdesk_{key.path[0]}"}
    for name in ("acme__replicate", "beta__keep_current", "beta__reconcile"):
        job = made.resolve_job_def(name)
        assert {key.path[0] for key in job.asset_layer.executable_asset_keys} == {name.partition("__")[0]}
        assert names_of(job) == Names(name.partition("__")[0])
        assert job.tags[ACCOUNT] == name.partition("__")[0]


def test_an_account_has_its_own_schedule_and_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a table of the file says holds for its account alone."""
    written(monkeypatch, TWO)
    made = defs()
    repository = made.get_repository_def()
    schedules = {each.name: each for each in repository.schedule_defs}
    assert schedules["acme__keep_current"].cron_schedule == "*/15 * * * *"
    assert schedules["beta__keep_current"].cron_schedule == "*/30 * * * *"
    assert schedules["beta__keep_current"].default_status is dg.DefaultScheduleStatus.RUNNING
    assert schedules["acme__keep_current"].default_status is dg.DefaultScheduleStatus.STOPPED
    keys = made.resolve_asset_graph().get_all_asset_keys()
    assert dg.AssetKey(["beta", "freshdesk", "discussion_forums"]) in keys
    assert dg.AssetKey(["acme", "freshdesk", "discussion_forums"]) not in keys


def test_a_run_of_two_accounts_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It would hold the locks of both, and read one after the other. The UI's "Materialize all" launches one.

    The run itself says what to launch instead, before a step begins.
    """
    written(monkeypatch, TWO.replace("start_date = 2026-01-14", ""))
    made = defs()
    both = dg.define_asset_job("both", dg.AssetSelection.kind("freshdesk"))
    merged = dg.Definitions.merge(made, dg.Definitions(jobs=[both]))
    with pytest.raises(dg.DagsterInvariantViolationError, match="acme__replicate, beta__replicate"):
        names_of(merged.resolve_job_def("both"))
    with recording(tmp_path / "home") as instance:
        done = execute(merged.resolve_job_def("both"), instance, tags={})
        said = [str(event.event_specific_data) for event in done.all_events if event.is_failure]
    assert len(said) == 1
    assert "launch one for each, as by the jobs acme__replicate, beta__replicate" in said[0]
    assert not any(event.is_step_start for event in done.all_events)


def test_a_code_location_of_its_own_has_one_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the names that it has beside others, so that it can move."""
    written(monkeypatch, TWO)
    made = locations.beta
    assert isinstance(made, dg.Definitions)
    assert jobs(made.get_repository_def()) == {f"beta__{name}" for name in (*PLAIN_JOBS, "tidy")}
    with pytest.raises(AttributeError, match="no account of FRESHDESK_ACCOUNTS has the prefix gamma"):
        _ = locations.gamma


def test_runs_of_another_account_are_not_waited_for(tmp_path: Path) -> None:
    """A schedule of one account runs while another account is read."""
    with recording(tmp_path / "home") as instance:
        instance.create_run_for_job(
            dg.GraphDefinition(name="acme__replicate").to_job(name="acme__replicate"),
            status=dg.DagsterRunStatus.NOT_STARTED,
            tags={ACCOUNT: "acme"},
        )
        (run,) = instance.get_runs()
        assert account_of(run) == "acme"
        assert under_way(instance, names=Names("beta")) is None
        found = under_way(instance, names=Names("acme"))
        assert found is not None
        assert found.run_id == run.run_id


def test_a_message_names_the_account() -> None:
    """Several accounts may share a channel."""
    one = Incident(
        kind="failure",
        table="every table",
        partition=None,
        error="refused",
        path="runs/1",
        at=0.0,
        account="acme",
    )
    said = message([one], "http://ui", over=False, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert said["account"] == "acme"
    assert str(said["text"]).startswith("Freshdesk replica acme: every table: refused")


def test_an_asset_of_ones_own_may_follow_several_accounts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It reads no account, so it belongs to none; one that is stored in an account's file belongs to that."""
    written(monkeypatch, TWO)

    @dg.asset(deps=[dg.AssetKey([prefix, "freshdesk", "tickets"]) for prefix in ("acme", "beta")])
    def of_both() -> None:
        """Made of the tables of two accounts."""

    @dg.asset(key=["library", "books"], io_manager_key="acme__io_manager")
    def books() -> list[int]:
        """To be stored in the file of one."""
        return []

    jobs_of = [dg.define_asset_job(f"{made.node_def.name}_job", [made]) for made in (of_both, books)]
    merged = dg.Definitions.merge(defs(), dg.Definitions(assets=[of_both, books], jobs=jobs_of))
    first, second = (merged.resolve_job_def(each.name) for each in jobs_of)
    assert (names_of(first), names_of(second)) == (Names(), Names("acme"))
    with recording(tmp_path / "home") as instance:
        assert execute(first, instance, tags={}).success
