"""Runs of commands stand where the UI looks for them: on the timeline, and on the page of their job."""

from pathlib import Path

import dagster as dg

from freshdesk_assets.orchestration.executor import build_executor, execute
from freshdesk_assets.orchestration.internals import REPOSITORY_LABEL_TAG
from freshdesk_assets.orchestration.names import ACCOUNT, TIDY
from freshdesk_assets_tests.orchestration.storing import QUIET
from freshdesk_assets_tests.orchestration.switching import switch_on
from freshdesk_assets_tests.recording import recording

DEV = "__repository__@freshdesk_assets.definitions"
"""The repository that `dagster dev --module-name freshdesk_assets.definitions` serves."""


@dg.op
def lend() -> None: ...


@dg.job(executor_def=build_executor())
def library() -> None:
    lend()


def test_a_command_s_run_has_the_origin_that_the_ui_goes_by(tmp_path: Path) -> None:
    """The timeline drops runs without one; a job's page lists those with the tag. None is launched again."""
    with recording(tmp_path) as instance:
        run_id = execute(library, instance, tags={}, run_config=QUIET).run_id
        run = instance.get_run_by_id(run_id)
        assert run is not None
        assert run.remote_job_origin is not None
        assert run.remote_job_origin.repository_origin.get_label() == DEV
        assert run.remote_job_origin.job_name == "library"
        listed = instance.get_runs(dg.RunsFilter(job_name="library", tags={REPOSITORY_LABEL_TAG: DEV}))
        assert [each.run_id for each in listed] == [run_id]
        assert run.tags["dagster/max_retries"] == "0"


def test_the_code_location_is_the_one_whose_schedules_ran_here(tmp_path: Path) -> None:
    """A module of one's own is served under its own name, and so is what workspace.yaml names."""
    with recording(tmp_path) as instance:
        switch_on(instance, "another_project", "hourly")
        switch_on(instance, "my_assets", TIDY)
        run = execute(library, instance, tags={}, run_config=QUIET).dagster_run
        again = instance.get_run_by_id(run.run_id)
        assert again is not None
        assert again.remote_job_origin is not None
        assert again.remote_job_origin.repository_origin.get_label() == "__repository__@my_assets"


def test_an_account_with_a_code_location_of_its_own_has_its_runs_there(tmp_path: Path) -> None:
    """Beside those of other accounts, whose schedules ran here too."""
    with recording(tmp_path) as instance:
        for name in ("north", "south"):
            switch_on(instance, name, f"{name}__keep_current")
        run = execute(library, instance, tags={ACCOUNT: "south"}, run_config=QUIET).dagster_run
        again = instance.get_run_by_id(run.run_id)
        assert again is not None
        assert again.remote_job_origin is not None
        assert again.remote_job_origin.repository_origin.get_label() == "__repository__@south"
