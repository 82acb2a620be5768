"""Before the first step of a run: the account is asked who it is, so that what is wrong is said once.

An account that the file knows costs no credit: there the first table finds out, and stops the others.
"""

from collections.abc import Iterator

from freshdesk_assets.extract.account import answers
from freshdesk_assets.extract.http.errors import FreshdeskError, Unavailable
from freshdesk_assets.orchestration.failures import refuses_all
from freshdesk_assets.orchestration.internals import DagsterEvent, PlanExecutionContext
from freshdesk_assets.orchestration.names import MAX_RETRIES
from freshdesk_assets.orchestration.resources import DuckDBFile, FreshdeskApi
from freshdesk_assets.settings import SettingError
from freshdesk_assets.warehouse.file import FileLocked, WarehouseError


class NotBegun(Exception):
    """The run made none of its steps; the message says why."""


def open_account(context: PlanExecutionContext, file: DuckDBFile, *, steps: int, asking: int) -> None:
    """Raise NotBegun if none of the run's tables could be read.

    - `steps`: how many steps the run has; `asking`: how many of them read the account.
    """
    if not asking:
        return
    api, run = _api(context), context.dagster_run
    try:
        with api.reporting(context.log.info):
            api.check_account(file.warehouse(context.log.info), run.run_id)
    except (FreshdeskError, WarehouseError, SettingError) as error:
        if not isinstance(error, FileLocked):
            # Dagster would execute the run again, twice, and hear the same.
            context.instance.add_run_tags(run.run_id, {MAX_RETRIES: "0"})
        raise NotBegun(f"{str(error).rstrip('.')}. Nothing was read: {steps} steps not made.") from None


def stops_all(context: PlanExecutionContext, event: DagsterEvent) -> bool:
    """Whether a table failed of what the run's other tables would fail of, each after the same wait."""
    if not event.is_step_failure:
        return False
    if refuses_all(event):
        return True
    causes = set(_causes(event))
    if FileLocked.__name__ in causes:
        return True
    if Unavailable.__name__ not in causes:
        return False
    api = _api(context)
    with api.reporting(context.log.info):
        return not answers(api.reader.client)


def _api(context: PlanExecutionContext) -> FreshdeskApi:
    resources = context.scoped_resources_builder.build(required_resource_keys={"freshdesk"})
    api: FreshdeskApi = resources.freshdesk
    return api


def _causes(event: DagsterEvent) -> Iterator[str | None]:
    """The classes of the errors that led to a failure."""
    error = event.step_failure_data.error
    while error is not None:
        yield error.cls_name
        error = error.cause
