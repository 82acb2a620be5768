"""From a run's account to whether any of its tables can be read: what stops all of them is said once.

The account is asked who it is before the first step, if the file does not know. One that it knows costs no
credit: there the first table finds out, and stops the others.
"""

import time
from collections.abc import Iterator

import dagster as dg

from freshdesk_assets.extract.account import answers
from freshdesk_assets.extract.http.errors import FreshdeskError, Unavailable
from freshdesk_assets.orchestration import failures
from freshdesk_assets.orchestration.account_names import names_of
from freshdesk_assets.orchestration.internals import DagsterEvent, PlanExecutionContext, SerializableErrorInfo
from freshdesk_assets.orchestration.names import MAX_RETRIES
from freshdesk_assets.orchestration.replica_file import DuckDBFile
from freshdesk_assets.orchestration.resources import FreshdeskApi
from freshdesk_assets.replication.ownership import held_in
from freshdesk_assets.settings import SettingError
from freshdesk_assets.warehouse.file import FileLocked, WarehouseAway, WarehouseError

ASKED_AGAIN = 2
"""How often what may pass is asked again, as often as a step is tried again."""

WAITED_FOR = {
    FileLocked.__name__: "It is still in use",
    WarehouseAway.__name__: "It is still away",
    Unavailable.__name__: "Nothing else of the account is answered either",
}
"""What may pass, by the class of its error, and what is said of it until it does."""


class NotRead(Exception):
    """None of the run's tables could be read, or none of those that were left; the message says why."""


class Opening:
    """Whether the account and the file of a run can be used."""

    def __init__(self, context: PlanExecutionContext, file: DuckDBFile) -> None:
        self._context = context
        self._warehouse = file.warehouse(context.log.info)
        self._cause: NotRead | None = None

    def ask(self, *, steps: int, asking: int) -> None:
        """Raise NotRead if none of the tables could be read.

        - `steps`: how many steps the run has; `asking`: how many of them read the account.
        """
        if not asking:
            return
        try:
            with dg.raise_execution_interrupts(), self._api.reporting(self._context.log.info):
                self._api.check_account(self._warehouse, self._context.run_id)
        except (FreshdeskError, WarehouseError, SettingError) as error:
            if not isinstance(error, FileLocked):
                self._end_for_good()
            said = self._api.told(_sentence(error))
            raise NotRead(f"{said} Nothing was read: {steps} steps not made.") from None

    def stops_with(self, event: DagsterEvent) -> bool:
        """Whether a table failed, or is to be tried again, for what the run's other tables would meet too.

        What may pass is waited for here, as long as a step would wait: else each table would.
        """
        if event.is_step_failure:
            return failures.refuses_all(event)
        if not event.is_step_up_for_retry or self._passes(event):
            return False
        self._end_for_good()
        self._cause = NotRead(_said(event))
        return True

    def end(self) -> None:
        """Raise NotRead if the run had to stop reading."""
        if self._cause:
            raise self._cause

    def _passes(self, event: DagsterEvent) -> bool:
        """Whether what a step is tried again for concerns it alone, or is over."""
        classes = {error.cls_name for error in _chain(event.step_retry_data.error)}
        if not classes & WAITED_FOR.keys():
            return True
        of_the_replica = classes & {FileLocked.__name__, WarehouseAway.__name__}
        what = next(said for name, said in WAITED_FOR.items() if name in classes)
        with dg.raise_execution_interrupts(), self._api.reporting(self._context.log.info):
            for left in reversed(range(ASKED_AGAIN + 1)):
                if self._usable() if of_the_replica else answers(self._api.reader.client):
                    return True
                if left:
                    again = f"{what}: tried again in {failures.RETRY_SECONDS:g} seconds"
                    self._context.log.warning(f"{_said(event)} {again}")
                    time.sleep(failures.RETRY_SECONDS)
        return False

    def _usable(self) -> bool:
        try:
            held_in(self._warehouse)
        except (FileLocked, WarehouseAway):
            return False
        return True

    def _end_for_good(self) -> None:
        """Have Dagster not execute the run again, twice, to hear the same."""
        self._context.instance.add_run_tags(self._context.run_id, {MAX_RETRIES: "0"})

    @property
    def _api(self) -> FreshdeskApi:
        name = names_of(self._context.job_def).name("freshdesk")
        resources = self._context.scoped_resources_builder.build(required_resource_keys={name})
        api: FreshdeskApi = getattr(resources, name)
        return api


def _said(event: DagsterEvent) -> str:
    """What a step is tried again for."""
    innermost = list(_chain(event.step_retry_data.error))[-1]
    return _sentence(innermost.message.partition(": ")[2])


def _sentence(error: object) -> str:
    return f"{str(error).strip().rstrip('.')}."


def _chain(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    """An error and what led to it."""
    while error is not None:
        yield error
        error = error.cause
