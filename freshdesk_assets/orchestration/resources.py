"""From settings to the resources that all tables share: the API, with one client per run, and the file.

It has over 300 lines because each field of a resource is explained where it is declared.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dagster as dg
from pydantic import Field, PrivateAttr

from freshdesk_assets.extract.http.address import base_url
from freshdesk_assets.extract.http.budget import Budget
from freshdesk_assets.extract.http.client import Client
from freshdesk_assets.extract.http.errors import ConfigurationError
from freshdesk_assets.extract.reading import Reader
from freshdesk_assets.extract.watching import impatient
from freshdesk_assets.file_modes import PRIVATE, make_files
from freshdesk_assets.orchestration.names import POLLED, ROOT_RUN
from freshdesk_assets.orchestration.run_lock import run_lock
from freshdesk_assets.orchestration.signs_of_life import locks_of, this_run
from freshdesk_assets.page.writing import Options
from freshdesk_assets.replication.losses import doubt_ledger
from freshdesk_assets.replication.ownership import AnotherAccount, check_account
from freshdesk_assets.replication.reconciling import Allowance
from freshdesk_assets.replication.spending import record_looks, spent_today
from freshdesk_assets.schema.catalog import Catalog
from freshdesk_assets.setting_paths import page_path, published_path, usable
from freshdesk_assets.setting_values import plain
from freshdesk_assets.settings import (
    DEFAULT_LOCK_WAIT,
    DEFAULT_RECONCILE,
    DEFAULT_RESERVE,
    Cipher,
    SettingError,
    Settings,
    variable,
)
from freshdesk_assets.views import schemas
from freshdesk_assets.warehouse.encryption import Encryption
from freshdesk_assets.warehouse.engines import STORAGE
from freshdesk_assets.warehouse.file import Warehouse


class FreshdeskApi(dg.ConfigurableResource["FreshdeskApi"]):
    """A Freshdesk account's REST API.

    One client, and so one rate limiter and one pool of connections, serves a whole run: resources live
    once per run under the in-process executor.
    """

    domain: str = Field(description="acme.freshdesk.com; a full URL for a simulator on this machine.")
    api_key: str = Field(description="Key of an agent, best an administrator.")
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
            domain=_resolved(self.domain, "domain"),
            api_key=_resolved(self.api_key, "api_key"),
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
        self, warehouse: Warehouse, run: dg.DagsterRun, catalog: Catalog, warn: Callable[[str], None]
    ) -> Budget:
        """The run's budget. The first call begins the run's spending in the ledger.

        It records the credits of the sensor's looks that led to the run. For a day's budget it reads from the
        ledger what was spent today. It warns of what the ledger says and cannot be true, which is then read
        again. Raises AnotherAccount, at each call, if the file holds another account.
        """
        budget = self.reader.client.budget
        if not self._begun:
            self.check_account(warehouse, run.run_id)
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
        if self._another is not None:
            raise self._another
        try:
            check_account(warehouse, self.reader.client, self.host, run_id=run_id, say=self._report)
        except AnotherAccount as error:
            self._another = error
            raise
        self._checked = True

    @property
    def host(self) -> str:
        """The account's address; raises ConfigurationError when it cannot be one."""
        return base_url(_resolved(self.domain, "domain")).netloc

    @contextmanager
    def ask_once(self) -> Iterator[Reader]:
        """A reader for use outside runs: it waits neither for the run lock nor for the rate limit."""
        with impatient(
            _resolved(self.domain, "domain"), _resolved(self.api_key, "api_key"), self.reserve
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


def _resolved(value: str, name: str) -> str:
    """A value, or what the environment has for it: the variable that it names, else the setting's own.

    Raises SettingError.
    """
    source = value if isinstance(value, dg.EnvVar) else dg.EnvVar(variable(name))
    given = "" if isinstance(value, dg.EnvVar) else plain(value)
    if not (found := given or plain(source.get_value())):
        raise SettingError(f"{source.env_var_name} is not set: set it in the environment or in .env")
    return str(found)


def _named(name: str) -> str:
    """The variable of a setting, if it is set."""
    named = dg.EnvVar(variable(name))
    return named if named.get_value() else ""


def freshdesk_api(settings: Settings) -> FreshdeskApi:
    """The account that the settings name.

    Domain and key are given as names of environment variables, because the UI shows a resource's values. A
    variable that is not set is not named: Dagster would end a run for it in its own words.
    """
    return FreshdeskApi(
        domain=_named("domain"),
        api_key=_named("api_key"),
        reserve=settings.reserve,
        run_credits=settings.run_credits,
        day_credits=settings.day_credits,
        reconcile_credits=settings.reconcile_credits,
    )


class DuckDBFile(dg.ConfigurableResource[None]):
    """The DuckDB file that holds the replica, open only while something is loaded."""

    database: str = Field(description="Path of the file.")
    published: str | None = Field(
        default=None,
        description="Path of the copy for analysts: beside the file if not set; `off` for no copy.",
    )
    page: str | None = Field(
        default=None, description="Path of the page: beside the copy if not set; `off` for no page."
    )
    page_names: bool = Field(default=False, description="Whether the page names agents and companies.")
    page_charts: str | None = Field(default=None, description="A folder with further charts of the page.")
    lock_wait: float = Field(
        default=DEFAULT_LOCK_WAIT, description="Seconds to wait while another process holds the file."
    )

    memory: str | None = Field(
        default=None, description="What DuckDB may use; a quarter of the machine's memory if not set."
    )
    storage: str = Field(default=STORAGE, description="The oldest DuckDB that can open what is written.")
    file_mode: str = Field(default=PRIVATE, description="The mode of the files that the replica's runs make.")
    encryption_key: str = Field(default="", description="The key of file and copy; none if not set.")
    encryption_by: str = Field(default=Cipher.OPENSSL.value, description="By what DuckDB encrypts.")
    published_mode: str | None = Field(
        default=None, description="The mode of copy and page; that of other files if not set."
    )

    @property
    def path(self) -> Path:
        """Where the file is; raises SettingError for a name that clashes with a schema."""
        return usable(Path(_resolved(self.database, "duckdb")).expanduser(), schemas())

    @property
    def published_path(self) -> Path | None:
        """Where the copy for analysts is put; None for no copy. Raises SettingError."""
        return published_path(self.path, self.published, schemas())

    @property
    def encryption(self) -> Encryption | None:
        """The key of file and copy; None if they are not encrypted."""
        given = self.encryption_key
        key = plain((given.get_value() if isinstance(given, dg.EnvVar) else given) or "")
        return Encryption(key=key, built_in=self.encryption_by == Cipher.MBEDTLS) if key else None

    @property
    def mode_of_copy(self) -> str:
        """The mode of copy and page."""
        return self.published_mode or self.file_mode

    @property
    def page_path(self) -> Path | None:
        """Where the page is put; None for no page. Raises SettingError."""
        return page_path(self.path, self.published_path, self.page)

    @property
    def page_options(self) -> Options:
        """What the owner decided of the page."""
        return Options(names=self.page_names, own=Path(self.page_charts) if self.page_charts else None)

    @property
    def spool_root(self) -> Path:
        """The folder where rows wait for the load, beside the file."""
        return self.path.with_name(f"{self.path.name}.spool")

    @property
    def locks(self) -> Path:
        """The folder, beside the file, of the locks of the runs that work on it."""
        path = Path(_resolved(self.database, "duckdb")).expanduser().resolve()
        return path.with_name(f"{path.name}.locks")

    def warehouse(
        self, report: Callable[[str], None] | None = None, *, lock_wait: float | None = None
    ) -> Warehouse:
        """The file, to be opened; `lock_wait` is the resource's if not given.

        What this process makes from here on has the resource's mode: DuckDB makes files of its own.
        """
        make_files(self.file_mode)
        return Warehouse(
            self.path,
            lock_wait=self.lock_wait if lock_wait is None else lock_wait,
            memory_limit=self.memory,
            storage=self.storage,
            encryption=self.encryption,
            report=report,
        )


def duckdb_file(settings: Settings) -> DuckDBFile:
    """The file that the settings name."""
    return DuckDBFile(
        database=str(settings.duckdb),
        published=settings.published,
        page=settings.page,
        page_names=settings.page_names,
        page_charts=str(settings.page_charts) if settings.page_charts else None,
        lock_wait=settings.lock_wait,
        memory=settings.memory,
        storage=settings.storage,
        file_mode=settings.file_mode,
        published_mode=settings.published_mode,
        encryption_key=_named("encryption_key"),
        encryption_by=settings.encryption_by.value,
    )
