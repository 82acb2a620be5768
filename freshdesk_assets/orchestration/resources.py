"""From settings to the API that all tables share: one client, with one rate limiter, for a run."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import dagster as dg
from pydantic import Field, PrivateAttr

from freshdesk_assets.accounts import told
from freshdesk_assets.extract.http.address import base_url
from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import ConfigurationError
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.extract.watching import impatient
from freshdesk_assets.orchestration.names import POLLED, ROOT_RUN
from freshdesk_assets.orchestration.replica_file import named_variable, resolved_value
from freshdesk_assets.orchestration.run_lock import run_lock
from freshdesk_assets.orchestration.signs_of_life import locks_of, this_run
from freshdesk_assets.replication.losses import doubt_ledger
from freshdesk_assets.replication.ownership import AnotherAccount, check_account
from freshdesk_assets.replication.privacy import Privacy
from freshdesk_assets.replication.reconciling import Allowance
from freshdesk_assets.replication.spending import record_looks, spent_today
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.settings import (
    DEFAULT_RECONCILE,
    DEFAULT_RESERVE,
    SettingError,
    Settings,
    variable,
)
from freshdesk_assets.warehouse.file import Warehouse


class FreshdeskApi(dg.ConfigurableResource["FreshdeskApi"]):
    """A Freshdesk account's REST API.

    One client, and so one rate limiter and one pool of connections, serves a whole run: resources live
    once per run under the in-process executor.
    """

    domain: str = Field(description="acme.freshdesk.com; a full URL for a simulator on this machine.")
    api_key: str = Field(description="Key of an agent, best an administrator.")
    key_variable: str = Field(
        default=variable("api_key"), description="The environment variable that has the key, if it is empty."
    )
    reserve: float = Field(
        default=DEFAULT_RESERVE, description="Share of the limit left to the account's other tools."
    )
    run_credits: int | None = Field(
        default=None, description="The most credits that a run may spend; no limit if not set."
    )
    day_credits: int | None = Field(
        default=None, description="The most credits that the runs of a day may spend; no limit if not set."
    )
    reconcile_credits: int = Field(
        default=DEFAULT_RECONCILE,
        description="The most credits that a run may spend on finding rows that Freshdesk no longer has.",
    )
    _reader: Reader = PrivateAttr()
    _allowance: Allowance = PrivateAttr()
    _begun: bool = PrivateAttr(default=False)
    _checked: bool = PrivateAttr(default=False)
    _held: ExitStack | None = PrivateAttr(default=None)
    _has_turn: bool = PrivateAttr(default=False)
    _another: AnotherAccount | None = PrivateAttr(default=None)
    _unusable: ConfigurationError | SettingError | None = PrivateAttr(default=None)
    _reports: list[Callable[[str], None]] = PrivateAttr(default_factory=list)

    @contextmanager
    def yield_for_execution(
        self,
        context: dg.InitResourceContext,
    ) -> Iterator["FreshdeskApi"]:
        """Hold the run lock of the account, and the client, until the run ends.

        Settings that cannot work are said where the account is asked for, not as a resource that fails.
        """
        say = context.log.info if context.log else self._report
        budget = Budget(run=self.run_credits, day=self.day_credits)
        run_id = context.run.run_id if context.run else ""
        with ExitStack() as held:
            self._held = held
            try:
                held.enter_context(run_lock(self.host, locks_of(run_id), this_run(run_id), say))
                held.enter_context(self.connect(budget))
            except (ConfigurationError, SettingError) as error:
                self._unusable = error
            yield self

    @contextmanager
    def connect(self, budget: Budget | None = None) -> Iterator[Reader]:
        """A reader of the account; raises ConfigurationError when domain or key cannot be right."""
        with Client(
            domain=resolved_value(self.domain, "domain"),
            api_key=resolved_value(self.api_key, "api_key", self.key_variable),
            reserve=self.reserve,
            budget=budget,
            report=self._report,
        ) as client:
            self._reader = Reader(client)
            self._allowance = Allowance(client.tally, self.reconcile_credits)
            yield self._reader

    @property
    def allowance(self) -> Allowance:
        """What the run may spend on finding rows that Freshdesk no longer has."""
        return self._allowance

    def begin(
        self,
        warehouse: Warehouse,
        run: dg.DagsterRun,
        catalog: Catalog,
        warn: Callable[[str], None],
        privacy: Privacy,
    ) -> Budget:
        """The run's budget. The first call begins the run's spending in the ledger.

        It records the credits of the sensor's looks that led to the run. For a day's budget it reads from the
        ledger what was spent today. It warns of what the ledger says and cannot be true, which is then read
        again. It treats what is stored by `privacy` if that has changed. Raises AnotherAccount, at each call,
        if the file holds another account, and AnotherKey for a key that is not the file's.
        """
        budget = self.reader.client.budget
        if not self._begun:
            self.check_account(warehouse, run.run_id)
            privacy.apply(warehouse, catalog, warn)
            for said in doubt_ledger(warehouse, catalog):
                warn(said)
            if polled := int(run.tags.get(POLLED, "0")):
                record_looks(warehouse, run.tags.get(ROOT_RUN, run.run_id), polled)
            if budget.day is not None:
                budget.count_others(spent_today(warehouse))
            self._begun = True
        return budget

    def check_account(self, warehouse: Warehouse, run_id: str) -> None:
        """Raise what keeps the run from the account; it is asked once for all tables of the run."""
        if self._checked:
            return
        if self._held is not None and not self._has_turn:
            # Of a file the run has its locks already; of a lake nobody is kept out by those of this machine.
            self._held.enter_context(warehouse.turn(self.host, this_run(run_id), self._report))
            self._has_turn = True
        if self._another is not None:
            raise self._another
        try:
            check_account(warehouse, self.reader.client, self.host, run_id=run_id, say=self._report)
        except AnotherAccount as error:
            self._another = error
            raise
        self._checked = True

    def told(self, text: str) -> str:
        """What is said of address and key, with the names that they have for this account."""
        return told(text, self.key_variable)

    @property
    def host(self) -> str:
        """The account's address; raises ConfigurationError when it cannot be one."""
        return base_url(resolved_value(self.domain, "domain")).netloc

    @contextmanager
    def ask_once(self) -> Iterator[Reader]:
        """A reader for use outside runs: it waits neither for the run lock nor for the rate limit."""
        with impatient(
            resolved_value(self.domain, "domain"),
            resolved_value(self.api_key, "api_key", self.key_variable),
            self.reserve,
        ) as reader:
            yield reader

    @property
    def reader(self) -> Reader:
        """The run's reader; raises ConfigurationError or SettingError if the settings have no account."""
        if self._unusable is not None:
            raise self._unusable
        return self._reader

    @contextmanager
    def reporting(self, report: Callable[[str], None]) -> Iterator[None]:
        """Send the client's messages (waits, retries) to `report` inside the block."""
        self._reports.append(report)
        try:
            yield
        finally:
            self._reports.pop()

    def _report(self, message: str) -> None:
        if self._reports:
            self._reports[-1](message)


def freshdesk_api(settings: Settings) -> FreshdeskApi:
    """The account that the settings name.

    Domain and key are given as names of environment variables, because the UI shows a resource's values. A
    variable that is not set is not named: Dagster would end a run for it in its own words.
    """
    return FreshdeskApi(
        domain=str(settings.domain) if settings.prefix else named_variable("domain"),
        api_key=named_variable("api_key", settings.key_variable),
        key_variable=settings.key_variable,
        reserve=settings.reserve,
        run_credits=settings.run_credits,
        day_credits=settings.day_credits,
        reconcile_credits=settings.reconcile_credits,
    )
